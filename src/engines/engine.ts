import {allocateArena} from '../kernels/memory.ts';
import type {TypedArray} from '../tensor/dtypes.ts';
import type {InputMap} from '../tensor/input-map.ts';
import type {ParameterEntry} from '../tensor/layout.ts';
import type {BatchSlot} from '../tensor/slot.ts';
import type {Model} from '../model/model.ts';
import type {OptimizerConfig} from '../optimizers/config.ts';

export type EngineName = 'reference' | 'onnx' | 'tensorflow';

/** What a compiled model depends on beside the model itself. Plain data. */
export interface EngineOptions {
	readonly input: InputMap;
	readonly optimizer: OptimizerConfig;
	/** Rows of a training slot: a multiple of `shards`. */
	readonly rows: number;
	/** Rows of an evaluation slot: a multiple of `shards`. */
	readonly evaluationRows: number;
	/** Parts of a batch whose gradients are summed in fixed order; the bits depend on it, not on the workers. */
	readonly shards: number;
	readonly seed: number;
	/** Clips the gradient to this Euclidean norm over all parameters. */
	readonly globalClipNorm: number | undefined;
	/** Element type of parameters and arithmetic; only `reference` has float64. */
	readonly precision: 'float32' | 'float64';
	/** Whether an engine may use internal operators of its runtime that are faster. @default 'auto' */
	readonly lowering?: 'auto' | 'plain';
	/** Whether outputs may stay where the runtime wrote them by a fault of its binding, where that proves sound. @default false */
	readonly unsafeOutputs?: boolean;
}

/** What this machine turned out to run, recorded with every run. */
export interface Lowering {
	readonly backend: string;
	readonly version: string;
	/** Engine-specific choice among its ways to run a layer. */
	readonly family: string;
	/** Whether the binding copies what was computed; only `onnx` has a choice. */
	readonly outputs?: 'copied' | 'uncopied';
}

/** What one worker builds for all of them, for the lowering that the machine will probably turn out to run. Plain data. */
export interface Draft {
	readonly lowering: Pick<Lowering, 'family' | 'outputs'>;
	/** Graphs of a shard's training step, and of a tile's scores. */
	readonly training: Uint8Array;
	readonly prediction: Uint8Array;
}

/** Which of an engine's families proved right on this machine, by name; those that are missing were not tried. */
export type Proven = Readonly<Record<string, boolean>>;

/** Physical state that outlives a step: parameters, optimizer slots. */
export interface Region {
	readonly name: string;
	readonly bytes: number;
}

/** A buffer shared by all workers between phases, zeroed before `open`. */
export interface Exchange {
	readonly name: string;
	readonly bytes: number;
}

/** One phase of a step; all workers meet at a barrier after it. `each` runs once on every worker. */
export interface PhasePlan {
	readonly name: string;
	readonly tiles: number | 'each';
}

/** A range [from, to) of the canonical vector. */
export interface Span {
	readonly from: number;
	readonly to: number;
}

/** A compiled training step: pure, cloneable data. */
export interface EnginePlan {
	readonly engine: EngineName;
	readonly lowering: Lowering;
	readonly model: Model;
	readonly options: EngineOptions;
	/** Canonical layout in the plan's precision. */
	readonly layout: readonly ParameterEntry[];
	readonly regions: readonly Region[];
	readonly exchange: readonly Exchange[];
	readonly phases: readonly PhasePlan[];
	/** Ranges whose gradient is not summed over shards: one tile each computes it from what the shards exchange. */
	readonly products: readonly Span[];
	/** Tiles of `predict`: one slot is scored in this many parts. */
	readonly predictTiles: number;
}

/** The shared buffers of one run, by the names of the plan. */
export interface SharedMemory {
	readonly regions: Readonly<Record<string, Uint8Array>>;
	readonly exchange: Readonly<Record<string, Uint8Array>>;
	/** The one memory that all of them lie in, where kernels reach them. */
	readonly wasm: WebAssembly.Memory | undefined;
}

/** Allocates what a plan shares between its workers. */
export const allocateMemory = ({regions, exchange}: EnginePlan): SharedMemory => {
	const {memory, buffers} = allocateArena([...regions, ...exchange], {shared: true});
	const pick = (wanted: ReadonlyArray<{readonly name: string}>): Record<string, Uint8Array> => Object.fromEntries(wanted.map(({name}) => [name, buffers[name]!]));
	return {regions: pick(regions), exchange: pick(exchange), wasm: memory};
};

/** Which of the workers an executor belongs to. */
export interface Place {
	readonly worker: number;
	readonly workers: number;
}

/** One training step as every phase sees it. */
export interface Step {
	/** From 1, over the whole run. */
	readonly number: number;
	/** From 1. */
	readonly epoch: number;
	readonly learningRate: number;
	readonly slot: BatchSlot;
	/** Sum of the slot's weights; losses and gradients are divided by it. */
	readonly weightSum: number;
	/** Whether `updateRatio` is asked for after it. */
	readonly isMeasured: boolean;
}

/** What a step tells, written by the last phase into the exchange buffer `outcome` as float64, in this order. */
export const outcomeFields = ['loss', 'correct', 'gradientNorm', 'finite', 'applied'] as const;

/** The compiled step in one worker. */
export interface Executor {
	/** Gets ready for the first training step. */
	readonly prepare: () => Promise<void>;
	/** Takes over the parameters that were copied in; the first tile does it otherwise. */
	readonly refresh: () => void;
	/** Runs one tile of one phase. The bits it writes do not depend on the worker. */
	readonly run: (phase: number, tile: number, step: Step) => void | Promise<void>;
	/** How far the last measured step moved the parameters, relative to their norm; not a number when it was not applied. Asked of one worker after all have run the last phase. */
	readonly updateRatio: () => number;
	/** Writes the scores of one tile's rows into `outputs`, [rows, …output]; see `Head` for what a score is. */
	readonly predict: (tile: number, slot: BatchSlot, outputs: Float32Array) => void | Promise<void>;
	/** Writes the bytes of a region that this worker holds. */
	readonly copyOut: (region: string, into: Uint8Array) => void;
	/** Takes the bytes of a region that this worker holds. */
	readonly copyIn: (region: string, from: Uint8Array) => void;
	readonly release: () => Promise<void>;
}

/** A way to run a model. `plan`, `toCanonical` and `fromCanonical` are pure and load no native code. */
export interface Engine {
	readonly name: EngineName;
	/** Variables that native code reads, set on the main thread before any worker starts unless they are set already. */
	readonly environment?: Readonly<Record<string, string>>;
	/** Loads the native code of a worker before it is needed, and tries ahead what layers of these types will ask for. @throws ENGINE_UNAVAILABLE */
	readonly load?: (layers: readonly string[]) => Promise<Proven>;
	/** Says what this machine can do; runs in a worker, once a run. @throws ENGINE_UNAVAILABLE */
	readonly probe: (model: Model, options: EngineOptions, proven?: Proven) => Promise<Lowering>;
	/** Builds what opening the plan would; runs in a worker, while another says what the machine can do. Undefined where it is not worth it. */
	readonly draft?: (model: Model, options: EngineOptions) => Promise<Draft | undefined>;
	/** Compiles the model. @throws LAYER_UNSUPPORTED */
	readonly plan: (model: Model, options: EngineOptions, lowering: Lowering) => EnginePlan;
	/** Opens the plan in one worker; a draft for another lowering is left aside. */
	readonly open: (plan: EnginePlan, memory: SharedMemory, place: Place, draft?: Draft) => Promise<Executor>;
	/** Converts a region into its canonical vector, exactly. */
	readonly toCanonical: (plan: EnginePlan, region: string, physical: Uint8Array, out: TypedArray) => void;
	readonly fromCanonical: (plan: EnginePlan, region: string, vector: TypedArray, physical: Uint8Array) => void;
}
