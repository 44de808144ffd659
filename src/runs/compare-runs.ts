import fs from 'node:fs/promises';
import path from 'node:path';
import {writeTogether} from '../checkpoints/durable-write.ts';
import {makeFolders} from '../errors/make-folders.ts';
import {messageOf} from '../errors/thrown.ts';
import {createError, ThreadloomError} from '../errors/threadloom-error.ts';
import {wholeEpochs, type ReportEpoch} from '../evaluation/report.ts';
import {lineChart, type Series} from '../sinks/report/charts.ts';
import {pointsOf} from '../sinks/report/curves.ts';
import {readEffective} from './effective.ts';
import {readReport} from './open-run.ts';

/** One run in a comparison. */
export interface ComparedRun {
	readonly name: string;
	readonly directory: string;
	readonly seed: number;
	readonly parameters: number | undefined;
	readonly epochs: number;
	readonly testLoss: number | undefined;
	readonly testAccuracy: number | undefined;
	readonly seconds: number;
}

export interface Comparison {
	readonly runs: readonly ComparedRun[];
	/** Paths of the plots. */
	readonly plots: readonly string[];
}

const plots = {
	'training-loss': {title: 'Training loss', y: 'loss', pick: ({train}: ReportEpoch) => train.loss},
	'training-accuracy': {title: 'Training accuracy', y: 'accuracy', pick: ({train}: ReportEpoch) => train.accuracy},
	'validation-loss': {title: 'Validation loss', y: 'loss', pick: ({validation}: ReportEpoch) => validation?.loss},
	'validation-accuracy': {title: 'Validation accuracy', y: 'accuracy', pick: ({validation}: ReportEpoch) => validation?.accuracy},
} as const;

/** Makes the folder of a comparison, and answers which plots of an earlier one it has, by name. @throws OUTPUT_EXISTS when it has any and `force` is not given, OUTPUT_UNWRITABLE */
const prepareFolder = async (out: string, force: boolean): Promise<readonly string[]> => {
	try {
		await makeFolders(path.resolve(out));
		const taken = (await fs.readdir(out)).filter(name => Object.keys(plots).some(plot => name === `${plot}.svg`));
		if (taken.length > 0 && !force) {
			throw createError('OUTPUT_EXISTS', {path: path.join(out, taken[0]!)});
		}

		return taken;
	} catch (error) {
		throw error instanceof ThreadloomError ? error : createError('OUTPUT_UNWRITABLE', {path: out, reason: messageOf(error)}, {cause: error});
	}
};

/**
 * Lays the curves of several runs on one plot a metric, and their results in one table.
 *
 * @throws RUN_UNREADABLE, RUN_UNTRAINED, OUTPUT_EXISTS when another comparison lies in `out` and `force` is not given,
 * OUTPUT_UNWRITABLE, WRITE_FAILED
 */
export const compareRuns = async (directories: readonly string[], {out, force}: {readonly out: string; readonly force: boolean}): Promise<Comparison> => {
	const reports = await Promise.all(directories.map(async directory => readReport(directory)));
	const untrained = reports.findIndex(({model}) => model === undefined);
	if (untrained !== -1) {
		const directory = directories[untrained]!;
		const {model} = await readEffective(directory);
		throw createError('RUN_UNTRAINED', {path: directory, ...(model !== undefined && {ended: reports[untrained]!.status === 'failed' ? 'failed' : 'ended'})});
	}

	const earlier = await prepareFolder(out, force);
	const names = reports.map(({name}) => name);
	/** What a curve is called: the name of its pipeline, or that of its directory where others have the same. */
	const labels = reports.map(({name}, index) => (names.filter(other => other === name).length > 1 ? path.basename(path.resolve(directories[index]!)) : name));
	const drawn = new Map<string, string>();
	for (const [file, {title, y, pick}] of Object.entries(plots)) {
		const series = reports
			.map(({history}, index): Series => ({name: labels[index]!, points: pointsOf(history, pick)}))
			.filter(({points}) => points.length > 0);
		if (series.length > 0) {
			drawn.set(`${file}.svg`, lineChart({title, series, x: 'epoch', y, size: {width: 760, height: 440}}));
		}
	}

	await writeTogether(out, drawn);
	// What the earlier comparison had beyond this one, now that this one is whole.
	await Promise.all(earlier.filter(name => !drawn.has(name)).map(async name => fs.rm(path.join(out, name))));
	return {
		runs: reports.map((report, index) => ({
			name: report.name,
			directory: directories[index]!,
			seed: report.seed,
			parameters: report.model?.parameters,
			epochs: wholeEpochs(report.history),
			testLoss: report.evaluation.test?.loss,
			testAccuracy: report.evaluation.test?.accuracy,
			seconds: report.timing.seconds,
		})),
		plots: [...drawn.keys()].map(name => path.join(out, name)),
	};
};
