import type {PassResult} from '../batching/pass.ts';
import {createError} from '../errors/threadloom-error.ts';
import {endEpoch} from './end-epoch.ts';
import {beginning} from './history.ts';
import {createMonitors} from './monitors.ts';
import type {StopReason, TrainOptions, TrainingResult} from './options.ts';
import {addLaps, pauseFor, trainEpoch, type TrainedEpoch} from './train-epoch.ts';

/** What the epochs of one training share beside its options. */
interface Course {
	readonly startPass: (epoch: number, fromBatch: number) => Promise<PassResult>;
	/** Ends what is under way on either side, of the stream and of the workers. */
	readonly streams: AbortSignal;
	/** Ends the epoch after the step that runs. */
	readonly ending: AbortSignal;
	/** Aborted when the training has failed or is done. */
	readonly over: AbortSignal;
}

/** Trains epoch after epoch until they are done, a limit is reached or the monitored metric no longer improves. */
export const train = async (options: TrainOptions): Promise<TrainingResult> => {
	const {pool, passes, maxTimeMs, failed, signal} = options;
	const controller = new AbortController();
	const streams = AbortSignal.any([signal, controller.signal]);
	const timeIsUp = maxTimeMs === undefined ? undefined : AbortSignal.timeout(maxTimeMs);
	const ending = timeIsUp === undefined ? streams : AbortSignal.any([streams, timeIsUp]);
	const started: Array<Promise<PassResult>> = [];

	// Not async: that would make a second promise, whose rejection nobody hears.
	const startPass = (epoch: number, fromBatch: number): Promise<PassResult> => {
		const pass = passes.pass({lane: 'train', split: 'train', epoch, fromBatch, isFresh: started.length === 0}, {signal: streams});
		pass.catch(() => {}); // It is awaited later, or given up.
		started.push(pass);
		return pass;
	};

	const training = trainEpochs(options, {startPass, streams, ending, over: controller.signal});
	try {
		return await Promise.race([passes.failed, pool.failed, failed, training]);
	} finally {
		controller.abort(createError('ABORTED', {reason: 'training is over'}));
		// The workers have left their command before anybody gives them another, and the lane is free for the next pass.
		await Promise.allSettled([training, ...started]);
	}
};

const trainEpochs = async (options: TrainOptions, {startPass, streams, ending, over}: Course): Promise<TrainingResult> => {
	const {epochs, from = beginning, pace, emit, signal} = options;
	const monitors = createMonitors(options, from);
	const laps: Record<string, number> = {};
	let standing = from;
	const result = (stopped: StopReason): TrainingResult => ({standing, stopped, laps});
	if (from.batch === 0 && monitors.stopped() !== undefined) {
		return result('earlyStopping');
	}

	let pass = from.epoch < epochs ? startPass(from.epoch + 1, from.batch) : undefined;
	for (let epoch = from.epoch + 1; epoch <= epochs; epoch++) {
		// The next epoch's batches are prepared while this one ends and is validated.
		const nextPass = epoch < epochs ? startPass(epoch + 1, 0) : undefined;
		const trained = await trainEpoch(epoch, standing, options, {ending});
		over.throwIfAborted(); // The stream failed: what was done of this epoch is no result.
		addLaps(laps, trained.laps);
		standing = trained.standing;
		const brokenOffBy = trained.ending === 'endOfPass' ? undefined : reasonOf(trained, signal);
		if (standing.open.steps === 0) {
			if (brokenOffBy === undefined) {
				throw createError('EMPTY_EPOCH', {epoch});
			}

			return result(brokenOffBy);
		}

		if (brokenOffBy === undefined) {
			await pass;
		}

		standing = await endEpoch(epoch, trained, options, {monitors, streams});
		if (brokenOffBy !== undefined) {
			return result(brokenOffBy);
		}

		if (signal.aborted) {
			return result('signal');
		}

		const stopped = monitors.stopped();
		if (stopped !== undefined) {
			emit({type: 'earlyStop', epoch, monitor: stopped.monitor, bestEpoch: stopped.bestEpoch ?? epoch});
			return result('earlyStopping');
		}

		const due = epoch < epochs ? pace.due({step: standing.step, epoch}) : undefined;
		if (due !== undefined) {
			await pauseFor(due, standing, options);
		}

		pass = nextPass;
	}

	return result('epochs');
};

const reasonOf = ({ending}: TrainedEpoch, signal: AbortSignal): StopReason => {
	if (signal.aborted) {
		return 'signal';
	}

	return ending === 'done' ? 'maxSteps' : 'maxTime';
};
