import {evaluateSplit} from '../evaluation/evaluate.ts';
import type {Totals} from '../evaluation/accumulator.ts';
import {learningRateAt} from '../optimizers/schedule.ts';
import {nothingOpen, type EpochRecord, type Standing} from './history.ts';
import type {Monitors} from './monitors.ts';
import type {TrainOptions} from './options.ts';
import type {TrainedEpoch} from './train-epoch.ts';

/** Scores the validation share. Nothing when it is interrupted: the training before it counts all the same. */
const validate = async ({pool, passes, signal}: TrainOptions, streams: AbortSignal): Promise<Totals | undefined> => {
	try {
		return await evaluateSplit({pool, passes, split: 'validation', signal: streams});
	} catch (error) {
		if (signal.aborted) {
			return undefined;
		}

		throw error;
	}
};

const tell = (told: EpochRecord, {record, emit}: TrainOptions): void => {
	if (!record.history.some(({epoch}) => epoch === told.epoch)) {
		record.history.push(told);
		emit({type: 'epoch', ...told, samplesPerSecond: told.samples / told.seconds});
	}
};

/** Validates an epoch, judges it and tells what it came to; answers where training stands then. */
export const endEpoch = async (
	epoch: number,
	{ending, standing: trained, metrics, seconds, samples, waitShare}: TrainedEpoch,
	options: TrainOptions,
	{monitors, streams}: {
		readonly monitors: Monitors;
		/** Ends a validation that is under way. */
		readonly streams: AbortSignal;
	},
): Promise<Standing> => {
	const {epochs, schedule, hasValidation, validateEvery, signal} = options;
	const {step, batch, open} = trained;
	const isWhole = ending === 'endOfPass';
	const isDue = hasValidation && (epoch % validateEvery === 0 || epoch === epochs || !isWhole);
	const validation = isDue && !signal.aborted ? await validate(options, streams) : undefined;
	const observed = {
		epoch,
		step,
		...(!isWhole && {brokenOffAfter: batch}),
		train: metrics,
		...(validation && {validation: {loss: validation.loss, ...(validation.accuracy !== undefined && {accuracy: validation.accuracy})}}),
	};
	const best = monitors.observe(observed);
	// One that was interrupted before its validation is validated when the training goes on.
	const isDone = isWhole && (!isDue || validation !== undefined);
	const standing = isDone ? {...trained, epoch, batch: 0, open: nothingOpen, ...monitors.watched()} : trained;
	const told: EpochRecord = {
		...observed,
		gradientNorm: open.gradientNorm / (open.steps - open.skipped),
		...(open.measured > 0 && {updateRatio: open.updateRatio / open.measured}),
		...(open.skipped > 0 && {skipped: open.skipped}),
		learningRate: learningRateAt(schedule, step - 1),
		seconds,
		samples,
		waitShare,
		...(options.loopLag && {loopLagMs: options.loopLag()}),
		best,
	};
	tell(told, options);
	await options.onEpoch(told, standing);
	return standing;
};
