import {createError} from '../errors/threadloom-error.ts';
import {hit} from '../errors/failpoints.ts';
import type {EventBody} from '../events/schema.ts';
import {classesOf} from '../evaluation/accumulator.ts';
import type {Pool, StepOutcome} from '../pool/pool.ts';
import {sizeOf} from '../tensor/shape.ts';
import type {Metrics, OpenEpoch, TrainingRecord} from './history.ts';

/** Adds up and tells the steps of one epoch. */
export interface EpochSums {
	/** @throws DIVERGED when a step is not finite and none may be skipped any more, and REPLAY_DIFFERS for a step that was made before with another loss */
	readonly add: (outcome: StepOutcome) => void;
	readonly open: () => OpenEpoch;
	/** Steps of the whole training that were not applied. */
	readonly skipped: () => number;
	/** The last step that was added. */
	readonly step: () => number;
	readonly metrics: () => Metrics;
}

const withStep = (open: OpenEpoch, {count, loss, correct, gradientNorm, updateRatio}: StepOutcome): OpenEpoch => ({
	...open,
	steps: open.steps + 1,
	count: open.count + count,
	loss: open.loss + loss * count,
	correct: open.correct + correct,
	gradientNorm: open.gradientNorm + gradientNorm,
	updateRatio: open.updateRatio + (updateRatio ?? 0),
	measured: open.measured + Number(updateRatio !== undefined),
});

/** Goes on with the sums of an epoch that may be under way. */
export const createEpochSums = ({pool, epoch, open: before, step: last, skipped: skippedBefore, maxSkipped, record, emit}: {
	readonly pool: Pick<Pool, 'plan' | 'faultyTensor'>;
	readonly epoch: number;
	readonly open: OpenEpoch;
	readonly step: number;
	/** Steps of the whole training that were not applied. */
	readonly skipped: number;
	readonly maxSkipped: number;
	readonly record: TrainingRecord;
	readonly emit: (event: EventBody) => void;
}): EpochSums => {
	const {head, output} = pool.plan.model;
	const classifies = classesOf(head, sizeOf(output)) !== undefined;
	let step = last;
	let open = before;
	let skipped = skippedBefore;

	/** The engine has not applied a step that is not finite; the training goes on without it, or ends. */
	const skip = ({step: number, loss}: StepOutcome): void => {
		const quantity = Number.isFinite(loss) ? 'gradient' : 'loss';
		const tensor = pool.faultyTensor();
		if (skipped === maxSkipped) {
			throw createError('DIVERGED', {step: number, epoch, quantity, lastLoss: record.stepLosses.findLast(known => Number.isFinite(known)), tensor, skipped});
		}

		skipped++;
		if (record.stepLosses.length < number) {
			emit({type: 'warning', message: `step ${number} was not applied: its ${quantity} is not finite${tensor === undefined ? '' : ` (${tensor})`}; ${maxSkipped - skipped} more may be left out`});
		}
	};

	const tell = (outcome: StepOutcome): void => {
		const {loss, learningRate, gradientNorm, updateRatio, correct, count, records, finite} = outcome;
		const known = record.stepLosses[outcome.step - 1];
		if (known === undefined) {
			record.stepLosses.push(loss);
			emit({type: 'step', step: outcome.step, epoch, loss, learningRate, gradientNorm, records, ...(classifies && {accuracy: correct / count}), ...(updateRatio !== undefined && {updateRatio}), ...(!finite && {applied: false})});
		} else if (!Object.is(known, loss)) {
			throw createError('REPLAY_DIFFERS', {step: outcome.step, before: known, after: loss});
		}
	};

	return {
		add(outcome) {
			if (!outcome.finite) {
				skip(outcome);
			}

			tell(outcome);
			step = outcome.step;
			open = outcome.finite ? withStep(open, outcome) : {...open, steps: open.steps + 1, skipped: open.skipped + 1};
			hit('step', {step});
		},
		open: () => open,
		skipped: () => skipped,
		step: () => step,
		metrics: () => ({loss: open.loss / open.count, ...(classifies && {accuracy: open.correct / open.count})}),
	};
};
