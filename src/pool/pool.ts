import {releasedBatches, wordsOf} from '../batching/lane-words.ts';
import type {LaneMemory, LaneName} from '../batching/ring.ts';
import {allocateMemory, type Draft, type Engine, type EngineOptions, type EnginePlan, type SharedMemory} from '../engines/engine.ts';
import {createError} from '../errors/threadloom-error.ts';
import type {Model} from '../model/model.ts';
import {sizeOf} from '../tensor/shape.ts';
import {createCommander} from './commander.ts';
import {allocateControl, argument, viewControl, word} from './control.ts';
import {startCrew, type Crew} from './crew.ts';
import {createEvaluateCommand, type EvaluateRequest} from './evaluate-command.ts';
import {faultyTensor} from './faulty-tensor.ts';
import {stagingBytes, stagingView} from './staging.ts';
import {createTrainCommand, type TrainReply, type TrainRequest} from './train-command.ts';

export type {ScoredBatch} from './evaluate-command.ts';
export type {StepOutcome, TrainReply, TrainRequest} from './train-command.ts';

/** Workers in lock-step over shared memory: they train on and score what the ring brings. */
export interface Pool {
	readonly plan: EnginePlan;
	readonly workers: number;
	readonly train: (request: TrainRequest) => Promise<TrainReply>;
	/** Scores the next pass of the evaluation lane, batch by batch in order. */
	readonly evaluate: (request: EvaluateRequest) => Promise<void>;
	/**
	 * Copies every region out of the workers. There are two places for them, taken in turn: the views are valid until the
	 * last but one call of `copyOut` or `copyIn` after it.
	 */
	readonly copyOut: () => Promise<Readonly<Record<string, Uint8Array>>>;
	/** Lets `write` fill these regions and hands them to the workers; the others stay as they are, in a new pool zeros. */
	readonly copyIn: (regions: readonly string[], write: (region: string, into: Uint8Array) => void) => Promise<void>;
	/** Never resolves; rejects when a worker is lost or nothing moves. */
	readonly failed: Promise<never>;
	/** Name of the first tensor whose gradient in the last step is not finite, where the engine keeps the whole gradient. */
	readonly faultyTensor: () => string | undefined;
	/**
	 * Ends the workers, those that hang too: a thread that does not leave of itself is ended, and nobody waits for one whose
	 * engine computes.
	 *
	 * @throws WORKER_STUCK when a thread's engine does not come back
	 */
	readonly close: () => Promise<void>;
}

export interface PoolOptions {
	readonly engine: Engine;
	readonly model: Model;
	readonly options: EngineOptions;
	readonly workers: number;
	/** The lanes of the ring that the workers read. */
	readonly lanes: Partial<Readonly<Record<LaneName, LaneMemory>>>;
	/** Threads that were started for this engine and so many workers. @default they are started here */
	readonly crew?: Crew | undefined;
	/** What this thread is to do while the others find out about the machine. */
	readonly meanwhile?: () => void;
	/** Without any tile finished for so long, the work counts as stuck. @default 120_000 */
	readonly deadlineMs?: number | undefined;
}

/** Starts the workers, asks one what the machine can do, compiles the model and opens it in all of them. */
export const openPool = async ({engine, model, options, workers, lanes, crew = startCrew(engine, workers), meanwhile, deadlineMs = 120_000}: PoolOptions): Promise<Pool> => {
	let plan: EnginePlan;
	let memory: SharedMemory;
	let draft: Draft | undefined;
	try {
		const probing = crew.probe(engine.name, model, options, deadlineMs);
		probing.catch(() => {}); // Awaited below, unless this thread fails before.
		const drafting = lanes.train === undefined ? undefined : crew.draft(engine.name, model, options);
		meanwhile?.();
		plan = engine.plan(model, options, await probing);
		draft = await drafting;
		memory = allocateMemory(plan);
	} catch (error) {
		await crew.end();
		throw error;
	}

	const controlMemory = allocateControl({phases: plan.phases.length, workers});
	const control = viewControl(controlMemory);
	const {words} = control;
	const scoreSize = options.evaluationRows * sizeOf(model.output);
	const scores = new SharedArrayBuffer((lanes.evaluation?.slots ?? 0) * scoreSize * 4);
	const staging = new SharedArrayBuffer(stagingBytes(plan.regions));
	const commander = createCommander(control, {workers, deadlineMs});
	// The lanes may have served another pool before.
	const firstOf = (lane: LaneMemory | undefined): number => (lane === undefined ? 0 : releasedBatches(wordsOf(lane), lane.slots));
	let half = 0;

	crew.start(
		Array.from({length: workers}, (_, worker) => ({
			kind: 'work' as const, plan, draft, memory, place: {worker, workers}, control: controlMemory,
			lanes: {train: lanes.train, evaluation: lanes.evaluation}, scores, staging, deadlineMs,
		})),
		commander.fail,
	);

	const close = async (): Promise<void> => {
		await commander.issue('stop');
		const stuck = await crew.end({isComputing: worker => Atomics.load(words, word.computing + worker) !== 0, deadlineMs});
		commander.dispose();
		if (stuck !== undefined) {
			throw createError('WORKER_STUCK', {worker: stuck});
		}
	};

	const regionNames = plan.regions.map(({name}) => name);

	/** The half of the staging memory that was written longer ago, and which regions are copied there or from there. */
	const takeHalf = (regions: readonly string[]): ((name: string) => Uint8Array) => {
		half = 1 - half;
		const taken = half;
		control.arguments[argument.half] = taken;
		control.arguments[argument.regions] = regions.reduce((bits, name) => bits | (1 << regionNames.indexOf(name)), 0);
		return name => stagingView(staging, {regions: plan.regions, name, half: taken});
	};

	try {
		await commander.ready();
	} catch (error) {
		await close();
		throw error;
	}

	return {
		plan,
		workers,
		train: createTrainCommand({control, commander, phases: plan.phases.map(({name}) => name), firstBatch: firstOf(lanes.train)}),
		evaluate: createEvaluateCommand({control, commander, lane: lanes.evaluation, scores, scoreSize, firstBatch: firstOf(lanes.evaluation)}),
		async copyOut() {
			const viewOf = takeHalf(regionNames);
			await commander.issue('copyOut');
			return Object.fromEntries(regionNames.map(name => [name, viewOf(name)]));
		},
		async copyIn(regions, write) {
			const viewOf = takeHalf(regions);
			for (const name of regions) {
				write(name, viewOf(name));
			}

			await commander.issue('copyIn');
		},
		failed: commander.failed,
		faultyTensor: () => faultyTensor(plan, memory),
		close,
	};
};
