import {classify} from '../evaluation/classification.ts';
import type {Totals} from '../evaluation/accumulator.ts';
import type {RunReport, SplitReport} from '../evaluation/report.ts';
import type {Model} from '../model/model.ts';
import {sizeOf} from '../tensor/shape.ts';
import type {TrainingRecord} from '../training/history.ts';
import type {TrainingResult} from '../training/train.ts';
import type {Session} from './session.ts';

/** The parts of a report that training and evaluation fill in, as far as they came. */
export type ReportParts = {-readonly [K in keyof RunReport]?: RunReport[K]};

/** Points of the training-loss plot at most; more steps are drawn as means. */
const plotPoints = 2000;

/** What a report says of a scored split. */
export const splitReport = ({examples, loss, accuracy, confusion}: Totals, names: readonly string[] | undefined): SplitReport => ({
	examples,
	loss,
	...(accuracy !== undefined && {accuracy}),
	...(confusion !== undefined && {
		confusionMatrix: confusion,
		...classify(confusion, names ?? confusion.map((_, index) => String(index))),
	}),
});

/** The training loss by step, thinned to means of equal numbers of steps. */
export const stepLosses = (losses: readonly number[]): RunReport['steps'] => {
	const every = Math.max(1, Math.ceil(losses.length / plotPoints));
	const means = Array.from({length: Math.floor(losses.length / every)}, (_, index) => {
		const part = losses.slice(index * every, (index + 1) * every);
		return part.reduce((a, b) => a + b, 0) / every;
	});
	return {every, losses: means};
};

/** What a report says of a model. */
export const modelReport = (model: Model): NonNullable<RunReport['model']> => ({
	parameters: model.parameterCount,
	layers: model.layers.map(({name, type, output, parameters}) => ({
		name, type, output, parameters: parameters.reduce((sum, {shape}) => sum + sizeOf(shape), 0),
	})),
});

/** What a report says of a training. */
export const fillTraining = (parts: ReportParts, {session, result, record: {history, stepLosses: losses}, seconds, bestEpoch, restoredEpoch, validationCount}: {
	readonly session: Session;
	readonly result: TrainingResult;
	readonly record: TrainingRecord;
	/** Of this start. */
	readonly seconds: number;
	readonly bestEpoch: number | undefined;
	readonly restoredEpoch: number | undefined;
	readonly validationCount: number | undefined;
}): void => {
	const {pool, options, batchSize} = session;
	const {laps, standing} = result;
	const sum = (pick: (epoch: (typeof history)[number]) => number): number => history.reduce((total, epoch) => total + pick(epoch), 0);
	const epochSeconds = sum(epoch => epoch.seconds);
	parts.training = {
		engine: pool.plan.engine,
		...pool.plan.lowering,
		workers: pool.workers,
		shards: options.shards,
		batchSize,
		optimizer: options.optimizer.name,
		fused: options.input.affine.length > 0 || options.input.oneHot !== undefined,
		epochs: history.length,
		steps: standing.step,
		stopped: result.stopped,
		...(bestEpoch !== undefined && {bestEpoch}),
		...(restoredEpoch !== undefined && {restoredEpoch}),
	};
	parts.history = history;
	parts.steps = stepLosses(losses);
	parts.timing = {
		seconds: 0,
		trainingSeconds: seconds,
		evaluationSeconds: 0,
		waitShare: sum(epoch => epoch.waitShare * epoch.seconds) / epochSeconds,
		samplesPerSecond: sum(epoch => epoch.samples) / epochSeconds,
		laps: Object.fromEntries(Object.entries(laps).map(([name, milliseconds]) => [name, milliseconds / standing.step])),
	};
	const validation = history.find(({epoch}) => epoch === restoredEpoch)?.validation;
	if (validation !== undefined) {
		parts.evaluation = {validation: {...validation, examples: validationCount ?? 0}};
	}
};
