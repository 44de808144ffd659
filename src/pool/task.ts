import type {LaneMemory} from '../batching/ring.ts';
import type {Draft, EngineName, EngineOptions, EnginePlan, Lowering, Place, Proven, SharedMemory} from '../engines/engine.ts';
import type {Model} from '../model/model.ts';
import type {ControlMemory} from './control.ts';

/** Has a worker load an engine before it is needed. */
export interface LoadTask {
	readonly kind: 'load';
	readonly engine: EngineName;
	/** Types of layers to try ahead. */
	readonly layers: readonly string[];
}

/** Asks one worker what its machine can do. */
export interface ProbeTask {
	readonly kind: 'probe';
	readonly engine: EngineName;
	readonly model: Model;
	readonly options: EngineOptions;
	readonly proven: Proven;
}

/** Asks one worker for what all of them will need, while another is asked what its machine can do. */
export interface DraftTask {
	readonly kind: 'draft';
	readonly engine: EngineName;
	readonly model: Model;
	readonly options: EngineOptions;
}

/** Makes a worker a member of the pool until it is told to stop. */
export interface WorkTask {
	readonly kind: 'work';
	readonly plan: EnginePlan;
	readonly draft: Draft | undefined;
	readonly memory: SharedMemory;
	readonly place: Place;
	readonly control: ControlMemory;
	readonly lanes: {readonly train: LaneMemory | undefined; readonly evaluation: LaneMemory | undefined};
	/** [evaluation slots, evaluation rows, …output] float32. */
	readonly scores: SharedArrayBuffer;
	/** All regions behind each other, in the plan's order: the way in and out. */
	readonly staging: SharedArrayBuffer;
	readonly deadlineMs: number;
}

export type PoolTask = LoadTask | ProbeTask | DraftTask | WorkTask;

/** What a task gives: one that loads what it tried, one that probes what it found, one that drafts what it built. */
export interface PoolAnswer {
	readonly proven?: Proven;
	readonly lowering?: Lowering;
	readonly draft?: Draft | undefined;
}
