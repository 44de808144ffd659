import process from 'node:process';
import {setTimeout} from 'node:timers/promises';
import {Piscina} from 'piscina';
import type {Draft, Engine, EngineName, EngineOptions, Lowering, Proven} from '../engines/engine.ts';
import {inTime} from '../errors/in-time.ts';
import {createError} from '../errors/threadloom-error.ts';
import {fromWire, type Outcome} from '../errors/wire.ts';
import type {Model} from '../model/model.ts';
import type {PoolAnswer, PoolTask, WorkTask} from './task.ts';

/** The threads of a pool, each with one long task. */
export interface Crew {
	/** Has every thread load an engine, and one try ahead what layers of these types will ask for; whether it can be loaded is told by the first that asks for something. */
	readonly load: (engine: EngineName, layers: readonly string[]) => void;
	/** Asks one thread what an engine can do on this machine. @throws ENGINE_UNAVAILABLE, NO_PROGRESS when it does not answer */
	readonly probe: (engine: EngineName, model: Model, options: EngineOptions, deadlineMs?: number) => Promise<Lowering>;
	/** Has one thread build what all of them will need, where another is there to be asked meanwhile. What fails fails again when it is opened. */
	readonly draft: (engine: EngineName, model: Model, options: EngineOptions) => Promise<Draft | undefined>;
	/** Gives every thread its task; `onLoss` hears of the first that fails. */
	readonly start: (tasks: readonly WorkTask[], onLoss: (error: unknown) => void) => void;
	/**
	 * Waits until every task has ended of itself and no thread loads its engine any more, then ends the threads. One that
	 * does not end is given a little time and then ended too; one whose engine computes ends when its call does, for which
	 * nobody waits: native code cannot be cut off. Gives the number of such a worker.
	 */
	readonly end: (options?: {readonly isComputing: (worker: number) => boolean; readonly deadlineMs: number}) => Promise<number | undefined>;
}

/** How long a thread may take to leave its task once it was told to. */
const leavingMs = 2000;
/** How long threads that are to end may still load their engine. */
const loadingMs = 10_000;
const pollMs = 20;
/** Objects of a worker; tensors lie in shared or native memory and are not among them. */
const maxOldGenerationSizeMb = 512;

/** Starts threads that load an engine at once, so that it is there when they are asked for something. */
export const startCrew = ({name, environment = {}}: Pick<Engine, 'name' | 'environment'>, size: number, layers: readonly string[] = []): Crew => {
	for (const [variable, value] of Object.entries(environment)) {
		process.env[variable] ??= value;
	}

	const crew = createCrew(size);
	crew.load(name, layers);
	return crew;
};

/** Starts the threads. */
export const createCrew = (size: number): Crew => {
	const threads = new Piscina<PoolTask, Outcome<PoolAnswer>>({
		filename: new URL('worker.js', import.meta.url).href,
		minThreads: size,
		maxThreads: size,
		concurrentTasksPerWorker: 1,
		resourceLimits: {maxOldGenerationSizeMb},
	});
	let running: ReadonlyArray<Promise<void>> = [];
	const working = new Set<number>();
	let trying: Promise<Proven> = Promise.resolve({});
	/** Threads that load or try an engine. */
	const asked = new Set<Promise<Outcome<PoolAnswer>>>();
	let isEnding = false;

	const ask = async (task: Exclude<PoolTask, WorkTask>): Promise<Outcome<PoolAnswer>> => {
		if (isEnding) {
			throw new Error('The threads are ended');
		}

		const answer = threads.run(task);
		asked.add(answer);
		try {
			return await answer;
		} finally {
			asked.delete(answer);
		}
	};

	const work = async (task: WorkTask): Promise<void> => {
		const {worker} = task.place;
		let outcome: Outcome<unknown>;
		try {
			outcome = await threads.run(task);
		} catch (error) {
			const reason = error instanceof Error ? error.message : 'its thread ended';
			throw createError('WORKER_LOST', {worker, reason}, {cause: error});
		}

		if (!outcome.ok) {
			const error = fromWire(outcome.error);
			// What is no fault of data or operators is the worker's own: another may do better.
			throw error.code === 'INTERNAL' ? createError('WORKER_LOST', {worker, reason: error.message}, {cause: error}) : error;
		}
	};

	return {
		load(engine, layers) {
			const load = async (tried: readonly string[]): Promise<Proven> => {
				const outcome = await ask({kind: 'load', engine, layers: tried}).catch(() => undefined); // The thread that is asked next says it again.
				return outcome?.ok === true ? outcome.value.proven ?? {} : {};
			};

			trying = load(layers);
			for (let thread = 1; thread < size; thread++) {
				void load([]);
			}
		},
		async probe(engine, model, options, deadlineMs = 120_000) {
			const probe = async () => ask({kind: 'probe', engine, model, options, proven: await trying});
			const outcome = await inTime(probe(), {stage: 'loading the engine', state: `${engine} does not answer`, deadlineMs});
			if (!outcome.ok) {
				throw fromWire(outcome.error);
			}

			return outcome.value.lowering!;
		},
		async draft(engine, model, options) {
			const outcome = size > 1 ? await ask({kind: 'draft', engine, model, options}).catch(() => undefined) : undefined;
			return outcome?.ok === true ? outcome.value.draft : undefined;
		},
		start(tasks, onLoss) {
			running = tasks.map(async task => {
				working.add(task.place.worker);
				try {
					await work(task);
				} catch (error) {
					onLoss(error);
				} finally {
					working.delete(task.place.worker);
				}
			});
		},
		async end(options) {
			isEnding = true;
			const {isComputing = () => false, deadlineMs = 0} = options ?? {};
			const start = performance.now();
			const patience = (worker: number): number => Math.max(leavingMs, isComputing(worker) ? deadlineMs : 0);
			while (working.size > 0 && [...working].some(worker => performance.now() - start < patience(worker))) {
				await Promise.race([Promise.all(running), setTimeout(pollMs)]);
			}

			// To end a thread while it loads code or is in native code may abort the process.
			await inTime(Promise.allSettled(asked), {stage: 'loading the engine', state: 'the threads are to end', deadlineMs: loadingMs}).catch(() => {});
			const stuck = [...working].find(worker => isComputing(worker));
			const ended = threads.destroy();
			if (stuck === undefined) {
				await ended;
			}

			return stuck;
		},
	};
};
