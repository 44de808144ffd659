import type {FloatArray} from '../tensor/dtypes.ts';
import type {OptimizerConfig} from './config.ts';

/** One block of parameters with all that belongs to it; every array has the same length. */
export interface UpdateBlock {
	readonly parameters: FloatArray;
	/** The summed, already divided gradient. */
	readonly gradients: FloatArray;
	/** In the order of `slots`. */
	readonly slots: readonly FloatArray[];
	/** The gradient is multiplied by it first; less than 1 where it is clipped. */
	readonly scale: number;
	/** What `scalars` says for the step. */
	readonly scalars: readonly number[];
}

/** Where in the training a step is. */
export interface UpdateTime {
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
	/** Name of the compiled kernel: (n, parameters, gradients, …slots, scale, …scalars), the vectors by their addresses. */
	readonly kernel: string;
	/** The numbers of one step, the same for every block. */
	readonly scalars: (time: UpdateTime) => readonly number[];
	/** The twin of the kernel: on float32 arrays the same operations in the same order, each rounded to float32. */
	readonly update: (block: UpdateBlock) => void;
}

const exact = (value: number): number => value;

/** Rounds to the precision of an array. */
export const roundingOf = (array: FloatArray): (value: number) => number => (array instanceof Float32Array ? Math.fround : exact);
