import type * as Ort from 'onnxruntime-node';
import {allocate, type TypedArray} from '../../tensor/dtypes.ts';
import {sizeOf, type Shape, type TensorSpec} from '../../tensor/shape.ts';
import type {Runtime} from './runtime.ts';

/** An input or an output of a graph: memory of this thread, which the session reads and writes in place. */
export interface Feed<A extends TypedArray = TypedArray> {
	readonly data: A;
	readonly tensor: Ort.Tensor;
}

type Tensors = Pick<Runtime, 'tensor'>;

/** Allocates a feed. */
export const feedOf = (runtime: Tensors, {shape, dtype}: TensorSpec): Feed => {
	const data = allocate(dtype, sizeOf(shape));
	return {data, tensor: runtime.tensor(dtype, data, shape)};
};

/** One of float32. */
export const floatsOf = (runtime: Tensors, shape: Shape): Feed<Float32Array> => feedOf(runtime, {shape, dtype: 'float32'}) as Feed<Float32Array>;

/** One of so many rows, each in one piece. */
export const rowsOf = (runtime: Tensors, {shape, dtype}: TensorSpec, count: number): Feed => feedOf(runtime, {shape: [count, sizeOf(shape)], dtype});

/** The tensors of feeds, by their names. */
export const tensorsOf = (feeds: Readonly<Record<string, Feed>>): Readonly<Record<string, Ort.Tensor>> =>
	Object.fromEntries(Object.entries(feeds).map(([name, {tensor}]) => [name, tensor]));

/** The float32 numbers that a buffer holds. */
export const floatsIn = ({buffer, byteOffset, byteLength}: Uint8Array): Float32Array => new Float32Array(buffer, byteOffset, byteLength / 4);

/** Rows of a slot that has as many as `total`. The runtime reads no shared memory: they are to be copied. */
export const rowsAt = (from: TypedArray, {first, count, total}: {readonly first: number; readonly count: number; readonly total: number}): TypedArray => {
	const size = from.length / total;
	return from.subarray(first * size, (first + count) * size);
};
