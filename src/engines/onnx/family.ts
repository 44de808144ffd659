import type {Layer} from '../../model/layer.ts';
import type {LoweringContext, Value} from './value.ts';

/** What a layer became: its output, and how gradients go back through it. */
export interface Lowered {
	readonly y: Value;
	/** Adds the gradients, given that of the output: of the input where it is needed, and of each parameter. */
	readonly backward: (dy: Value) => {
		readonly dx: Value | undefined;
		/** In the order of the layer's parameters, in canonical orientation; undefined where the factors stand for one. */
		readonly parameters: ReadonlyArray<string | undefined>;
		/** The factors of a kernel's gradient, in the order of `factorShapes`. */
		readonly factors?: {readonly cut: string; readonly whole: string};
	};
}

/** Turns one kind of layer into nodes. `mask` names the dropout mask of a training graph. */
export type LayerLowering<L extends Layer> = (context: LoweringContext, layer: L, given: {
	readonly x: Value;
	/** Canonical kernel, bias. */
	readonly parameters: readonly string[];
	readonly mask: string | undefined;
	/** Whether the gradient of the input is needed: parameters lie before. */
	readonly needsInput: boolean;
	/** Whether the factors of the kernel's gradient are wanted in its place. */
	readonly isFactored: boolean;
	/** The layer that takes the output. */
	readonly next: Layer | undefined;
	/** What x is still to be multiplied by; only a first dense layer is given one. */
	readonly scale?: number | undefined;
	/** The input of the graph, uint8 [rows, elements], that x is made of by nothing but a cast; only a first dense layer is given it. */
	readonly bytes?: string | undefined;
}) => Lowered;

/** A complete set of lowerings: one way to run every layer. */
export interface Family {
	/** As a run records it. */
	readonly name: string;
	readonly lowerings: {readonly [T in Layer['type']]: LayerLowering<Extract<Layer, {readonly type: T}>>};
	/** Channels of a block where values are blocked. */
	readonly block?: number;
	/** Whether a first dense layer of a training graph is given the bytes of the examples where they are some. */
	readonly readsBytes?: boolean;
}
