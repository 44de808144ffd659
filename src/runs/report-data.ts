import {classify} from '../evaluation/classification.ts';
import type {Totals} from '../evaluation/accumulator.ts';
import type {RunReport, SplitReport} from '../evaluation/report.ts';
import type {Model} from '../model/model.ts';
import {sizeOf} from '../tensor/shape.ts';

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
