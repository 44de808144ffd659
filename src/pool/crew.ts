import {Piscina} from 'piscina';
import type {EngineName, EngineOptions, Lowering} from '../engines/engine.ts';
import {createError} from '../errors/threadloom-error.ts';
import {fromWire, type Outcome} from '../errors/wire.ts';
import type {Model} from '../model/model.ts';
import type {PoolTask, WorkTask} from './task.ts';

/** The threads of a pool, each with one long task. */
export interface Crew {
	/** Asks one thread what an engine can do on this machine. @throws ENGINE_UNAVAILABLE */
	readonly probe: (engine: EngineName, model: Model, options: EngineOptions) => Promise<Lowering>;
	/** Gives every thread its task; `onLoss` hears of the first that fails. */
	readonly start: (tasks: readonly WorkTask[], onLoss: (error: unknown) => void) => void;
	/** Waits until every task has ended of itself, then ends the threads: native code is never cut off in a call. */
	readonly end: () => Promise<void>;
}

/** Starts the threads. */
export const createCrew = (size: number): Crew => {
	const threads = new Piscina<PoolTask, Outcome<Lowering | undefined>>({
		filename: new URL('worker.js', import.meta.url).href,
		minThreads: size,
		maxThreads: size,
		concurrentTasksPerWorker: 1,
	});
	let running: ReadonlyArray<Promise<void>> = [];

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
			throw fromWire(outcome.error);
		}
	};

	return {
		async probe(engine, model, options) {
			const outcome = await threads.run({kind: 'probe', engine, model, options});
			if (!outcome.ok) {
				throw fromWire(outcome.error);
			}

			return outcome.value!;
		},
		start(tasks, onLoss) {
			running = tasks.map(async task => {
				try {
					await work(task);
				} catch (error) {
					onLoss(error);
				}
			});
		},
		async end() {
			await Promise.all(running);
			await threads.destroy();
		},
	};
};
