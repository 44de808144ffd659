import {openKernels, type Kernels} from '../kernels/compiled.ts';
import {allocateArena} from '../kernels/memory.ts';
import {reduceShards} from '../kernels/reduce.ts';
import {squaredChanges} from '../kernels/squared-changes.ts';
import {bytesPerElement, dtypeOf, viewOf, type FloatArray} from '../tensor/dtypes.ts';
import {blockSize} from './blocks.ts';
import type {Span} from './engine.ts';

/** Float64 values that a span leaves: squares of its changes, squares of its parameters. */
export const ratioFields = 2;

/** Measures how far a step moves the parameters. */
export interface UpdateRatio {
	/** Lets `update` change one span, and keeps what it did under the span's number. */
	readonly measure: (index: number, span: Span, update: () => void) => void;
	/** Of the step that was measured last, once every worker has updated its spans. */
	readonly value: () => number;
}

/**
 * ‖θ′ − θ‖ / ‖θ‖ over all parameters, θ before and θ′ after one step: about 1e-3 where learning is healthy.
 *
 * Source: A. Karpathy, CS231n, "Neural Networks Part 3", ratio of weights to updates.
 *
 * The changes of a span are summed by the worker that owns it, block by block, and the spans in their own order: the
 * bits do not depend on the workers. What is compared is copied to where kernels reach it, which takes time: so one
 * step in 64 is measured.
 */
export const openUpdateRatio = (parameters: FloatArray, partials: Float64Array, {most}: {/** Elements of the largest span. */ readonly most: number}): UpdateRatio => {
	let room: Room | undefined;
	return {
		measure(index, {from, to}, update) {
			room ??= openRoom(parameters, most);
			const {before, after, kernels} = room;
			before.set(parameters.subarray(from, to));
			update();
			let changes = 0;
			let squares = 0;
			for (let start = from; start < to; start += blockSize) {
				const length = Math.min(blockSize, to - start);
				const old = before.subarray(start - from, start - from + length);
				after.set(parameters.subarray(start, start + length));
				changes += squaredChanges(old, after.subarray(0, length), kernels);
				squares += reduceShards({shards: old, count: 1, length, from: 0, to: length, out: old}, kernels).squares;
			}

			partials[index * ratioFields] = changes;
			partials[index * ratioFields + 1] = squares;
		},
		value() {
			let changes = 0;
			let squares = 0;
			for (let index = 0; index < partials.length; index += ratioFields) {
				changes += partials[index]!;
				squares += partials[index + 1]!;
			}

			return Math.sqrt(changes / squares);
		},
	};
};

/** Where kernels reach what a span was and, a block at a time, what it became. */
interface Room {
	readonly before: FloatArray;
	readonly after: FloatArray;
	readonly kernels: Kernels | undefined;
}

const openRoom = (parameters: FloatArray, most: number): Room => {
	const dtype = dtypeOf(parameters);
	const element = bytesPerElement(dtype);
	const {memory, buffers} = allocateArena([{name: 'before', bytes: most * element}, {name: 'after', bytes: blockSize * element}], {shared: false});
	const floats = (name: string, length: number): FloatArray => viewOf(dtype, buffers[name]!.buffer, buffers[name]!.byteOffset, length) as FloatArray;
	return {before: floats('before', most), after: floats('after', blockSize), kernels: openKernels(memory)};
};
