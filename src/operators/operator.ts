import type {OperatorFunction} from 'rxjs';
import type {z} from 'zod';
import type {Random} from '../random/generator.ts';
import type {Meter} from '../stream/meter.ts';
import type {Example, ExampleSpec} from '../tensor/example.ts';
import type {AffineMap} from '../tensor/input-map.ts';

/**
 * How many examples come out of an operator.
 *
 * `one`: as many as go in; what is missing is being held, and is counted. `filter`: drops synchronously. `any`: the
 * operator reports what it holds to the meter itself.
 */
export type Cardinality = 'one' | 'filter' | 'any';

/** What an operator is given when a pass starts. */
export interface OperatorContext {
	/** Aborts when the run ends before its time. */
	readonly signal: AbortSignal;
	/** Keyed by seed, operator position and epoch; use the example's index as the counter to be independent of order. */
	readonly random: Random;
	/** From 1. */
	readonly epoch: number;
	/** Whether this is a pass of the training; false in those of validation and test. */
	readonly training: boolean;
	/** Told by an operator of cardinality `any` how many bytes it holds: `add(bytes)`, and `add(-bytes)` when they are given back. */
	readonly meter: Meter;
	/** Specs of the stream before this operator. */
	readonly input: ExampleSpec;
}

/** What an affine operator leaves to the engine's graph, given the spec before it. */
export interface AffineEffect {
	readonly features?: AffineMap;
	readonly oneHot?: {readonly classes: number};
}

/** A preprocessing operator: a definition that a name in a pipeline, or a function in code, turns into RxJS. */
export interface OperatorDefinition<Options, State = undefined> {
	/** Checks the options of the definition file. */
	readonly options: z.ZodType<Options>;
	/** How many examples come out of it. */
	readonly cardinality: Cardinality;
	/** Whether equal inputs always give equal outputs, whatever the epoch; decides what may be cached. @default true */
	readonly deterministic?: boolean;
	/**
	 * Whether it only chooses among the examples and leaves them as they are, so that its choice, made once in the order
	 * of the source, holds for every pass however shuffled. @default false
	 */
	readonly selects?: boolean;
	/** The most that it holds at a time, in bytes, from the spec before it; the stream's budget makes room for it. @default 0 */
	readonly holds?: (spec: ExampleSpec, options: Options) => number;
	/** Spec out from spec in; throws when they do not fit, and the reason is told with the operator's name. */
	readonly output: (spec: ExampleSpec, options: Options) => ExampleSpec;
	/** Learns a JSON state from one pass over the training share. */
	readonly fit?: (examples: AsyncIterable<Example>, spec: ExampleSpec, options: Options) => Promise<State>;
	/** Present when the operator is affine: it then runs in the engine's graph when nothing else follows it. */
	readonly affine?: (spec: ExampleSpec, options: Options, state: State) => AffineEffect;
	/** Makes the RxJS operator of one pass; `state` is what `fit` learnt. */
	readonly create: (options: Options, context: OperatorContext, state: State) => OperatorFunction<Example, Example>;
}

/** Where an operator stands in a pipeline. */
export interface OperatorPlace {
	/** Its name in the definition: one of the built-in names, or a module's path. */
	readonly name: string;
	/** From 0. */
	readonly position: number;
}

/** An operator with its options checked. Its state is opaque JSON; only the operator's own functions look into it. */
export type OperatorStep = {
	readonly cardinality: Cardinality;
	readonly deterministic: boolean;
	readonly selects: boolean;
	/** The options with their defaults filled in, for records. */
	readonly options: unknown;
	/** The most that it holds at a time, in bytes, from the spec before it. */
	readonly holds: (spec: ExampleSpec) => number;
	/** @throws OPERATOR_SPEC */
	readonly output: (spec: ExampleSpec) => ExampleSpec;
	readonly fit: ((examples: AsyncIterable<Example>, spec: ExampleSpec) => Promise<unknown>) | undefined;
	readonly affine: ((spec: ExampleSpec, state: unknown) => AffineEffect) | undefined;
	readonly create: (context: OperatorContext, state: unknown) => OperatorFunction<Example, Example>;
} & OperatorPlace;

/** What `defineOperator` makes: the registry, modules and code hold operators in this one form. */
export interface Operator {
	readonly kind: 'operator';
	/** Checks the options of the definition file. */
	readonly options: z.ZodType;
	/** Checks options and places the operator in a pipeline. @throws OPERATOR_OPTIONS */
	readonly bind: (options: unknown, place: OperatorPlace) => OperatorStep;
}
