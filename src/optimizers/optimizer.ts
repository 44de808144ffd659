import type {FloatArray} from '../tensor/dtypes.ts';
import type {OptimizerConfig} from './config.ts';

/** One block of parameters with all that belongs to it; every array has the same length. */
export interface UpdateBlock {
	readonly parameters: FloatArray;
	/** The summed, already divided and clipped gradient. */
	readonly gradients: FloatArray;
	/** In the order of `slots`. */
	readonly slots: readonly FloatArray[];
	/** From 1. */
	readonly step: number;
	readonly learningRate: number;
}

/** A rule that changes parameters in place, element by element. */
export interface Optimizer {
	readonly name: OptimizerConfig['name'];
	/** Names of the state vectors, each as long as the parameters. */
	readonly slots: readonly string[];
	/** The value a slot starts with. */
	readonly initialValue: (slot: string) => number;
	readonly update: (block: UpdateBlock) => void;
}
