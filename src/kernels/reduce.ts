import type {FloatArray} from '../tensor/dtypes.ts';
import type {Kernels} from './compiled.ts';
import {foldLanes, type Lanes} from './lanes.ts';

/** What a block of a summed gradient tells the update. */
export interface BlockNorm {
	/** Sum of squares, in float64. */
	readonly squares: number;
	/** 1 when every element is finite, else 0. */
	readonly finite: number;
}

/** Shards of a gradient, and where their sum goes. */
export interface Reduction {
	/** [count, length], row-major. */
	readonly shards: FloatArray;
	readonly count: number;
	readonly length: number;
	readonly from: number;
	readonly to: number;
	readonly out: FloatArray;
}

/**
 * out[i] = Σ_s shards[s][i] for i in [from, to), in shard order, each sum in the elements' own precision.
 *
 * The squares gather in four lanes, every fourth element in one; the lanes are added as (0 + 2) + (1 + 3). With kernels
 * over the memory of float32 arrays the bits are the same.
 */
export const reduceShards = (reduction: Reduction, kernels?: Kernels): BlockNorm => {
	const squares = kernels === undefined || !(reduction.out instanceof Float32Array) ? reduceHere(reduction) : reduceCompiled(reduction, kernels);
	// A sum of squares of finite float32 numbers cannot overflow float64; of float64 ones it may, and then diverged it has.
	return {squares, finite: Number.isFinite(squares) ? 1 : 0};
};

const reduceCompiled = ({shards, count, length, from, to, out}: Reduction, {reduceShards: kernel}: Kernels): number =>
	kernel!(shards.byteOffset + from * 4, count, length * 4, to - from, out.byteOffset + from * 4);

const reduceHere = ({shards, count, length, from, to, out}: Reduction): number => {
	out.set(shards.subarray(from, to), from);
	for (let shard = 1; shard < count; shard++) {
		const base = shard * length;
		for (let index = from; index < to; index++) {
			out[index]! += shards[base + index]!;
		}
	}

	const lanes: Lanes = [0, 0, 0, 0];
	for (let index = from; index < to; index++) {
		lanes[(index - from) % 4]! += out[index]! * out[index]!;
	}

	return foldLanes(lanes);
};
