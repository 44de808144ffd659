import type {FloatArray} from '../tensor/dtypes.ts';
import type {BatchSlot} from '../tensor/slot.ts';
import type {Step} from './engine.ts';

/** What one shard of a batch adds to the step's outcome. */
export interface ShardOutcome {
	/** Sum of weighted losses, not divided. */
	readonly loss: number;
	/** Sum of weights of correctly classified rows. */
	readonly correct: number;
}

/**
 * The part of a plain engine that differs: gradients and scores of one shard, given canonical parameters.
 *
 * Shard s of n holds rows [s · rows / n, (s + 1) · rows / n) of the slot. The rest of the step (sum over shards,
 * clipping, update) is common to all plain engines.
 */
export interface ShardCompute {
	/** Takes the current canonical parameters before a step or a prediction, whenever they changed. */
	readonly load: (parameters: FloatArray) => void;
	/** Writes the canonical gradient of Σ weight · loss / weightSum over the shard's rows into `into`. */
	readonly gradients: (shard: number, step: Step, into: FloatArray) => ShardOutcome | Promise<ShardOutcome>;
	/** Writes the scores of the tile's rows into their place in `outputs`, [rows, …output]. */
	readonly predict: (tile: number, slot: BatchSlot, outputs: Float32Array) => void | Promise<void>;
	readonly release: () => Promise<void>;
}
