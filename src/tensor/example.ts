import type {TypedArray} from './dtypes.ts';
import {formatTensor, type TensorSpec} from './shape.ts';

/** Names where a record came from: a file's path, or a name in the catalogue. */
export type SourceId = string;

/**
 * One record on its way through the stream.
 *
 * `features` may be a view that pins its whole chunk: copy it before holding it. `index` is the number of the record
 * in its source, from 0.
 */
export interface Example {
	readonly index: number;
	readonly source: SourceId;
	readonly features: TypedArray;
	/** A number where the label is a scalar. */
	readonly label: number | TypedArray;
}

/** Shapes and element types are a property of the stream, not of each example. */
export interface ExampleSpec {
	readonly features: TensorSpec;
	/** A scalar `int32` is a class index. */
	readonly label: TensorSpec;
	/** Number of examples in one pass, where it is known beforehand. */
	readonly count: number | undefined;
	/** Names of the classes in the order of their indices, where the source knows them. */
	readonly classes?: readonly string[];
}

/** Consecutive records of one source: `features` is [count, …], `labels` [count] or [count, …]. */
export interface RecordChunk {
	readonly source: SourceId;
	/** The number of the first record in its source. */
	readonly first: number;
	readonly count: number;
	readonly features: TypedArray;
	readonly labels: TypedArray;
}

/** The specs of a stream as people write them: `features 28 × 28 uint8, label scalar int32`. */
export const formatSpec = ({features, label}: ExampleSpec): string => `features ${formatTensor(features)}, label ${formatTensor(label)}`;
