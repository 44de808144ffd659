import type {FloatArray} from '../tensor/dtypes.ts';

/** What a block of a summed gradient tells the update. */
export interface BlockNorm {
	/** Sum of squares, in float64. */
	readonly squares: number;
	/** 1 when every element is finite, else 0. */
	readonly finite: number;
}

/**
 * out[i] = Σ_s shards[s][i] for i in [from, to), in shard order, each sum in the elements' own precision.
 *
 * `shards` is [count, length], row-major.
 */
export const reduceShards = (
	{shards, count, length, from, to, out}: {
		readonly shards: FloatArray;
		readonly count: number;
		readonly length: number;
		readonly from: number;
		readonly to: number;
		readonly out: FloatArray;
	},
): BlockNorm => {
	out.set(shards.subarray(from, to), from);
	for (let shard = 1; shard < count; shard++) {
		const base = shard * length;
		for (let index = from; index < to; index++) {
			out[index]! += shards[base + index]!;
		}
	}

	let squares = 0;
	for (let index = from; index < to; index++) {
		squares += out[index]! * out[index]!;
	}

	// A sum of squares of finite float32 numbers cannot overflow float64; of float64 ones it may, and then diverged it has.
	return {squares, finite: Number.isFinite(squares) ? 1 : 0};
};
