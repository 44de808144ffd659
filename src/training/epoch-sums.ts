import {createError} from '../errors/threadloom-error.ts';
import {hit} from '../errors/failpoints.ts';
import type {EventBody} from '../events/schema.ts';
import {classesOf} from '../evaluation/accumulator.ts';
import type {Pool, StepOutcome} from '../pool/pool.ts';
import {sizeOf} from '../tensor/shape.ts';
import type {Metrics, OpenEpoch, TrainingRecord} from './history.ts';

/** Adds up and tells the steps of one epoch. */
export interface EpochSums {
	/** @throws DIVERGED, and REPLAY_DIFFERS for a step that was made before with another loss */
	readonly add: (outcome: StepOutcome) => void;
	readonly open: () => OpenEpoch;
	/** The last step that was added. */
	readonly step: () => number;
	readonly metrics: () => Metrics;
}

/** Goes on with the sums of an epoch that may be under way. */
export const createEpochSums = ({pool, epoch, open: before, step: last, record, emit}: {
	readonly pool: Pick<Pool, 'plan' | 'faultyTensor'>;
	readonly epoch: number;
	readonly open: OpenEpoch;
	readonly step: number;
	readonly record: TrainingRecord;
	readonly emit: (event: EventBody) => void;
}): EpochSums => {
	const {head, output} = pool.plan.model;
	const classifies = classesOf(head, sizeOf(output)) !== undefined;
	let step = last;
	let open = before;

	const checkFinite = (outcome: StepOutcome): void => {
		if (!outcome.finite) {
			throw createError('DIVERGED', {
				step: outcome.step,
				epoch,
				quantity: Number.isFinite(outcome.loss) ? 'gradient' : 'loss',
				lastLoss: record.stepLosses.findLast(loss => Number.isFinite(loss)),
				tensor: pool.faultyTensor(),
			});
		}
	};

	const tell = (outcome: StepOutcome): void => {
		const {loss, learningRate, gradientNorm, correct, count, records} = outcome;
		const known = record.stepLosses[outcome.step - 1];
		if (known === undefined) {
			record.stepLosses.push(loss);
			emit({type: 'step', step: outcome.step, epoch, loss, learningRate, gradientNorm, records, ...(classifies && {accuracy: correct / count})});
		} else if (!Object.is(known, loss)) {
			throw createError('REPLAY_DIFFERS', {step: outcome.step, before: known, after: loss});
		}
	};

	return {
		add(outcome) {
			checkFinite(outcome);
			tell(outcome);
			step = outcome.step;
			open = {
				steps: open.steps + 1,
				count: open.count + outcome.count,
				loss: open.loss + outcome.loss * outcome.count,
				correct: open.correct + outcome.correct,
				gradientNorm: open.gradientNorm + outcome.gradientNorm,
			};
			hit('step', {step});
		},
		open: () => open,
		step: () => step,
		metrics: () => ({loss: open.loss / open.count, ...(classifies && {accuracy: open.correct / open.count})}),
	};
};
