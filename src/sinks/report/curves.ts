import type {ReportEpoch, RunReport} from '../../evaluation/report.ts';
import {lineChart, type Series} from './charts.ts';

type Metric = 'loss' | 'accuracy';

/** The epochs that have a metric, as points of a plot. */
export const pointsOf = (history: readonly ReportEpoch[], pick: (epoch: ReportEpoch) => number | undefined): ReadonlyArray<readonly [number, number]> =>
	history.flatMap(epoch => {
		const value = pick(epoch);
		return value === undefined ? [] : [[epoch.epoch, value] as const];
	});

const curve = (report: RunReport, metric: Metric): string | undefined => {
	const {history, training} = report;
	const series: Series[] = [
		{name: 'training', points: pointsOf(history, ({train}) => train[metric])},
		{name: 'validation', points: pointsOf(history, ({validation}) => validation?.[metric]), dashed: true},
	].filter(({points: {length}}) => length > 0);
	if (series.length === 0) {
		return undefined;
	}

	return lineChart({
		title: metric === 'loss' ? 'Loss' : 'Accuracy',
		series,
		x: 'epoch',
		y: metric,
		mark: training?.restoredEpoch === undefined ? undefined : {at: training.restoredEpoch, label: `epoch ${training.restoredEpoch}`},
	});
};

/** The plots of a run by their file names without ending: loss and accuracy by epoch, training loss by step. */
export const runCurves = (report: RunReport): ReadonlyMap<string, string> => {
	const {every, losses} = report.steps;
	const stepLoss = losses.length === 0
		? undefined
		: lineChart({
			title: every === 1 ? 'Training loss by step' : `Training loss by step (means of ${every} steps)`,
			series: [{name: 'training loss', points: losses.map((loss, index) => [(index + 1) * every, loss] as const)}],
			x: 'step',
			y: 'loss',
			size: {width: 1140, height: 300},
		});
	const curves: ReadonlyArray<readonly [string, string | undefined]> = [
		['loss', curve(report, 'loss')],
		['accuracy', curve(report, 'accuracy')],
		['training-loss', stepLoss],
	];
	return new Map(curves.filter((entry): entry is readonly [string, string] => entry[1] !== undefined));
};
