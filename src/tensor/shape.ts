import {bytesPerElement, type DType} from './dtypes.ts';

/** Dimensions without the batch; `[]` is a scalar. */
export type Shape = readonly number[];

/** Shape and element type of one tensor. */
export interface TensorSpec {
	readonly shape: Shape;
	readonly dtype: DType;
}

/** The number of elements of a shape. */
export const sizeOf = (shape: Shape): number => shape.reduce((product, dimension) => product * dimension, 1);

/** The bytes of one tensor of a spec. */
export const bytesOf = ({shape, dtype}: TensorSpec): number => sizeOf(shape) * bytesPerElement(dtype);

/** Whether two shapes are the same, dimension by dimension. */
export const sameShape = (a: Shape, b: Shape): boolean => a.length === b.length && a.every((dimension, axis) => dimension === b[axis]);

/** Whether two tensors have one shape and element type. */
export const sameTensor = (a: TensorSpec, b: TensorSpec): boolean => a.dtype === b.dtype && sameShape(a.shape, b.shape);

/** A shape as people write it: `28 × 28 × 1`, or `scalar`. */
export const formatShape = (shape: Shape): string => (shape.length === 0 ? 'scalar' : shape.join(' × '));

/** A tensor as people write it: `28 × 28 uint8`. */
export const formatTensor = ({shape, dtype}: TensorSpec): string => `${formatShape(shape)} ${dtype}`;
