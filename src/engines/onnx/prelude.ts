import type {TensorSpec} from '../../tensor/shape.ts';
import {createGraph, type GraphBuilder} from './graph-builder.ts';

/** A graph of parameters alone that runs once before the passes of a step, for what all of them need. */
export interface PreludeBuilder {
	readonly graph: GraphBuilder;
	/** Makes a value of the prelude an input of the passes; answers its name there. */
	readonly give: (value: string, spec: TensorSpec) => string;
	/** Undefined where nothing was given. */
	readonly encode: () => Prelude | undefined;
}

/** A prelude as the runtime loads it. */
export interface Prelude {
	readonly graph: Uint8Array;
	/** What it gives, by name: its outputs, and inputs of the passes. */
	readonly given: Readonly<Record<string, TensorSpec>>;
}

/** Starts an empty prelude for a graph of passes. */
export const createPrelude = (passes: GraphBuilder): PreludeBuilder => {
	const graph = createGraph('prelude');
	const given: Record<string, TensorSpec> = {};
	return {
		graph,
		give(value, spec) {
			const name = `given:${Object.keys(given).length}`;
			given[name] = spec;
			graph.output(name, value, spec.dtype, spec.shape);
			return passes.input(name, spec.dtype, spec.shape);
		},
		encode: () => (Object.keys(given).length === 0 ? undefined : {graph: graph.encode(), given}),
	};
};
