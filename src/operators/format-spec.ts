import type {ExampleSpec} from '../tensor/example.ts';
import {formatShape, type TensorSpec} from '../tensor/shape.ts';

/** A tensor as people write it: `28 × 28 uint8`. */
export const formatTensor = ({shape, dtype}: TensorSpec): string => `${formatShape(shape)} ${dtype}`;

/** The specs of a stream as people write them: `features 28 × 28 uint8, label scalar int32`. */
export const formatSpec = ({features, label}: ExampleSpec): string => `features ${formatTensor(features)}, label ${formatTensor(label)}`;
