import type {FloatArray} from '../tensor/dtypes.ts';
import type {BatchSlot} from '../tensor/slot.ts';
import type {BlockNorm} from '../kernels/reduce.ts';
import type {UpdateBlock} from '../optimizers/optimizer.ts';
import type {Span, Step} from './engine.ts';

/** What one shard of a batch adds to the step's outcome. */
export interface ShardOutcome {
	/** Sum of weighted losses, not divided. */
	readonly loss: number;
	/** Sum of weights of correctly classified rows. */
	readonly correct: number;
}

/** Sums what rows of a shard came to by their weights, in float64, in row order; what a row of weight 0 holds does not count. */
export const weightedSum = (values: ArrayLike<number>, weights: Float32Array): number => {
	let sum = 0;
	for (let row = 0; row < weights.length; row++) { // A full batch has so many rows that an iterator takes its time.
		const weight = weights[row]!;
		sum += weight === 0 ? 0 : weight * values[row]!;
	}

	return sum;
};

/**
 * The part of a plain engine that differs: gradients and scores of one shard, given canonical parameters.
 *
 * Shard s of n holds rows [s · rows / n, (s + 1) · rows / n) of the slot. The rest of the step (sum over shards,
 * clipping, update) is common to all plain engines.
 */
export interface ShardCompute {
	/** Takes the current canonical parameters before a step or a prediction, whenever they changed; only `spans` of them did. */
	readonly load: (parameters: FloatArray, spans: readonly Span[]) => void;
	/** Gets ready for a shard's gradients, which the first one would have to wait for. */
	readonly prepare?: () => Promise<void>;
	/** Writes the canonical gradient of Σ weight · loss / weightSum over the shard's rows into `into`. */
	readonly gradients: (shard: number, step: Step, into: FloatArray) => ShardOutcome | Promise<ShardOutcome>;
	/** Writes the scores of the tile's rows into their place in `outputs`, [rows, …output]. */
	readonly predict: (tile: number, slot: BatchSlot, outputs: Float32Array) => void | Promise<void>;
	/** What computes the plan's `products`. */
	readonly products?: Products | undefined;
	readonly release: () => Promise<void>;
}

/**
 * Gradients that are products of two factors, computed over the whole batch from the factors of all shards.
 *
 * A tile's gradient, parameters and slots lie with the worker that it belongs to: nobody else needs the first and the last.
 */
export interface Products {
	/** Computes the gradient of one tile, and keeps it. */
	readonly compute: (tile: number) => BlockNorm | Promise<BlockNorm>;
	/** Updates the parameters of one of this worker's tiles by the gradient that was kept, here and in the shared vector. */
	readonly update: (tile: number, numbers: Pick<UpdateBlock, 'scale' | 'scalars'>) => void;
	/** Writes the spans of this worker's tiles of a slot. */
	readonly copyOut: (slot: string, into: FloatArray) => void;
	readonly copyIn: (slot: string, from: FloatArray) => void;
}
