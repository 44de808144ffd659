import {classify} from '../evaluation/classification.ts';
import type {RunReport, SplitReport} from '../evaluation/report.ts';

/** Points of the training-loss plot at most; more steps are drawn as means. */
const plotPoints = 2000;

/** What a report says of a scored split. */
export const splitReport = ({examples, loss, accuracy, confusion}: {
	readonly examples: number;
	readonly loss: number;
	readonly accuracy?: number | undefined;
	/** Counts by [actual][predicted]. */
	readonly confusion?: ReadonlyArray<readonly number[]> | undefined;
}, names: readonly string[] | undefined): SplitReport => ({
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
		const part = losses.slice(index * every, (index + 1) * every).filter(loss => Number.isFinite(loss)); // Those that are not were not applied.
		return part.reduce((a, b) => a + b, 0) / part.length;
	});
	return {every, losses: means};
};
