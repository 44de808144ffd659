import {laneReader, type LaneReader} from '../batching/lane-reader.ts';
import type {LaneName} from '../batching/ring.ts';
import {createError} from '../errors/threadloom-error.ts';
import {createBarrier} from './barrier.ts';
import {labelCheck} from './check-labels.ts';
import {endings, viewControl, word, type Control, type EndingName} from './control.ts';
import {describeWorkers} from './describe-workers.ts';
import type {WorkTask} from './task.ts';

/** Thrown inside a worker when another one failed or the pool is being closed in a hurry: not an error of its own. */
export class Left extends Error {}

/** The batches of a lane, with what has to hold of each. */
export type CheckedReader = LaneReader & {readonly check: ReturnType<typeof labelCheck>};

/** How one worker keeps in step with the others, through the control block that all of them share. */
export interface LockStep {
	readonly control: Control;
	/** Whether this worker speaks for all: it waits for batches, releases them and tells what came out. */
	readonly isLead: boolean;
	/** Whether some worker failed, so that everybody leaves. */
	readonly mustLeave: () => boolean;
	/** Wakes the main thread. The count goes up, so that no wake-up falls between its look and its sleep. */
	readonly tell: () => void;
	/** Runs a tile; while it runs, the thread is in the engine's hands. */
	readonly compute: (tile: () => void | Promise<void>) => Promise<void>;
	/** Waits for the others. @throws Left when one failed, NO_PROGRESS when one does not come */
	readonly meet: (stage: string) => void;
	/** A lane with the check of its labels. @throws INTERNAL when the pool was opened without it */
	readonly laneOf: (name: LaneName) => CheckedReader;
	/**
	 * Before the last barrier of a step, the lead says whether all go on with the batch, where it is there and right: then
	 * there is nothing to decide after the barrier, and one meeting less.
	 */
	readonly decideAhead: (reader: CheckedReader, batch: number | undefined) => void;
	/** The lead waits for the batch and says whether all go on; the others learn it at the barrier. */
	readonly decide: (reader: CheckedReader, batch: number) => boolean;
}

const pollMs = 50;

const waitForBatch = (reader: CheckedReader, batch: number, isAborted: () => boolean): EndingName => {
	for (;;) {
		if (isAborted()) {
			return 'stopped';
		}

		const state = reader.wait(batch, pollMs, isAborted);
		// The main thread watches the stream; a worker waits as long as it takes.
		if (state === 'filled') {
			const fault = reader.check(reader.slot(batch));
			if (fault !== undefined) {
				throw fault;
			}

			return 'running';
		}

		if (state === 'end') {
			reader.release(batch);
			return 'endOfPass';
		}
	}
};

/** Makes one worker's side. */
export const createLockStep = ({control: memory, lanes, plan: {model}, place: {worker, workers}, deadlineMs}: WorkTask): LockStep => {
	const control = viewControl(memory);
	const {words, laps} = control;
	const isLead = worker === 0;
	const barrier = createBarrier(words, word.barrier, workers);
	const mustLeave = (): boolean => Atomics.load(words, word.failed) !== 0;
	const isAborted = (): boolean => mustLeave() || Atomics.load(words, word.stop) !== 0;

	const meet = (stage: string): void => {
		const meeting = barrier.meet({deadlineMs, leave: mustLeave});
		if (meeting === 'left') {
			throw new Left();
		}

		if (meeting === 'late') {
			throw createError('NO_PROGRESS', {stage, seconds: deadlineMs / 1000, state: describeWorkers(words, workers)});
		}
	};

	return {
		control,
		isLead,
		mustLeave,
		tell() {
			Atomics.add(words, word.news, 1);
			Atomics.notify(words, word.news);
		},
		async compute(tile) {
			Atomics.store(words, word.computing + worker, 1);
			const running = tile();
			if (running !== undefined) {
				await running;
			}

			Atomics.store(words, word.computing + worker, 0);
			Atomics.add(words, word.pulse, 1);
		},
		meet,
		laneOf(name) {
			const lane = lanes[name];
			if (lane === undefined) {
				throw createError('INTERNAL', {reason: `The pool was opened without the lane "${name}"`});
			}

			return {...laneReader(lane), check: labelCheck(model, {lane: name})};
		},
		decideAhead(reader, batch) {
			const isReady = batch !== undefined && reader.wait(batch, 0, isAborted) === 'filled' && reader.check(reader.slot(batch)) === undefined;
			Atomics.store(words, word.ahead, isReady ? 1 : 0);
		},
		decide(reader, batch) {
			if (Atomics.load(words, word.ahead) === 1) {
				return true;
			}

			if (isLead) {
				const start = performance.now();
				Atomics.store(words, word.waiting, 1);
				const ending = waitForBatch(reader, batch, isAborted);
				Atomics.store(words, word.waiting, 0);
				laps[0]! += performance.now() - start;
				Atomics.store(words, word.ending, endings[ending]);
				Atomics.store(words, word.go, ending === 'running' ? 1 : 0);
			}

			meet('start of a step');
			return Atomics.load(words, word.go) === 1;
		},
	};
};
