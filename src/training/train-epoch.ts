import {learningRateAt} from '../optimizers/schedule.ts';
import type {TrainReply} from '../pool/pool.ts';
import {createEpochSums} from './epoch-sums.ts';
import type {Metrics, Standing} from './history.ts';
import type {TrainOptions} from './options.ts';
import type {Due} from './pace.ts';

/** What one epoch, or as much of it as there was time for, came to. */
export interface TrainedEpoch {
	readonly ending: TrainReply['ending'];
	/** Behind its last step, with the epoch still under way. */
	readonly standing: Standing;
	readonly metrics: Metrics;
	/** Of this start alone. */
	readonly seconds: number;
	readonly samples: number;
	/** Share of `seconds` that the workers waited for data. */
	readonly waitShare: number;
	/** Milliseconds of waiting for data and of each phase. */
	readonly laps: Readonly<Record<string, number>>;
}

/** Lets the state be kept while the workers stand still. */
export const pauseFor = async (due: Exclude<Due, undefined>, standing: Standing, {pace, onPause}: Pick<TrainOptions, 'pace' | 'onPause'>): Promise<void> => {
	const start = performance.now();
	await onPause(standing, due);
	pace.taken(due, performance.now() - start);
};

/** Makes the steps of an epoch from where training stands, with the pauses that are due between them. */
export const trainEpoch = async (epoch: number, from: Standing, options: TrainOptions, {ending}: {
	/** Ends the epoch after the step that runs. */
	readonly ending: AbortSignal;
}): Promise<TrainedEpoch> => {
	const {pool, schedule, maxSkipped = 0, maxSteps = Number.POSITIVE_INFINITY, record, pace, emit} = options;
	const sums = createEpochSums({pool, epoch, open: from.open, step: from.step, skipped: from.skipped, maxSkipped, record, emit});
	const stand = (): Standing => {
		const open = sums.open();
		return {...from, step: sums.step(), epoch: epoch - 1, batch: from.batch + open.steps - from.open.steps, open, skipped: sums.skipped()};
	};

	const laps: Record<string, number> = {};
	const begin = performance.now();
	let standing = stand();
	let reply: TrainReply;
	for (;;) {
		const {step, batch} = standing;
		reply = await pool.train({
			epoch,
			firstStep: step + 1,
			firstOfEpoch: step + 1 - batch,
			maxSteps: Math.min(maxSteps - step, pace.stepsLeft(step)),
			learningRateAt: number => learningRateAt(schedule, number - 1),
			onStep: sums.add,
			signal: AbortSignal.any([ending, pace.pause()]),
		});
		addLaps(laps, reply.laps);
		standing = stand();
		if (reply.ending === 'endOfPass' || ending.aborted || standing.step >= maxSteps) {
			break;
		}

		const due = pace.due({step: standing.step});
		if (due !== undefined) {
			await pauseFor(due, standing, options);
		}
	}

	const milliseconds = performance.now() - begin;
	return {
		ending: reply.ending,
		standing,
		metrics: sums.metrics(),
		seconds: milliseconds / 1000,
		samples: standing.open.count - from.open.count,
		waitShare: laps['waiting']! / milliseconds,
		laps,
	};
};

/** Adds laps to those before them. */
export const addLaps = (sums: Record<string, number>, laps: Readonly<Record<string, number>>): void => {
	for (const [name, milliseconds] of Object.entries(laps)) {
		sums[name] = (sums[name] ?? 0) + milliseconds;
	}
};
