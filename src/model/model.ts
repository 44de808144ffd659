import type {ParameterEntry} from '../tensor/layout.ts';
import type {Shape} from '../tensor/shape.ts';
import type {Layer} from './layer.ts';
import type {Initializer} from './schema.ts';

export type Loss = 'categoricalCrossentropy' | 'sparseCategoricalCrossentropy' | 'binaryCrossentropy' | 'meanSquaredError';

/**
 * How the network's end and its loss are computed.
 *
 * A final softmax with a cross-entropy, and a final sigmoid with the binary one, are computed together from the logits:
 * then `scores` are logits and the last activation is left to the head. Otherwise `scores` are the last layer's output.
 */
export interface Head {
	readonly loss: Loss;
	readonly fused: 'softmax' | 'sigmoid' | undefined;
}

/** How the values of one parameter entry start. */
export interface InitialValue {
	/** Name in the layout. */
	readonly entry: string;
	readonly initializer: Initializer;
}

/** A model as data: resolved layers, the canonical layout of its parameters and the head. No arithmetic. */
export interface Model {
	readonly name: string;
	readonly input: Shape;
	readonly output: Shape;
	readonly layers: readonly Layer[];
	readonly layout: readonly ParameterEntry[];
	readonly parameterCount: number;
	readonly head: Head;
	/** One for each entry of the layout. */
	readonly initializers: readonly InitialValue[];
}
