import {createError} from '../../errors/threadloom-error.ts';
import {formatLoss} from '../../evaluation/format-loss.ts';
import {compareRuns} from '../../runs/compare-runs.ts';
import {listRuns, removeRun, stopRun, summarizeRun, type RunSummary} from '../../runs/list-runs.ts';
import type {CommandContext} from '../command.ts';
import {formatTable} from '../table.ts';

const rowsOf = (runs: readonly RunSummary[]): string => formatTable([
	['run', 'status', 'started', 'seed', 'epochs', 'test accuracy'],
	...runs.map(({directory, status, startedAt, seed, epochs, testAccuracy}) => [directory, status, startedAt, String(seed), String(epochs ?? '–'), testAccuracy?.toFixed(4) ?? '–']),
]);

const given = ({flags}: CommandContext): readonly string[] => flags['directories'] as readonly string[];

const tell = ({output}: CommandContext, runs: readonly RunSummary[]): void => {
	output.print(rowsOf(runs));
	output.data(runs);
};

/** Lists the runs in a folder. */
export const ls = async (context: CommandContext): Promise<void> => {
	tell(context, await listRuns(String(context.flags['folder'])));
};

/** Shows runs at a glance. */
export const show = async (context: CommandContext): Promise<void> => {
	tell(context, await Promise.all(given(context).map(async directory => summarizeRun(directory))));
};

/** Lays the curves of runs on one plot each. */
export const compare = async (context: CommandContext): Promise<void> => {
	const {flags, output} = context;
	const directories = given(context);
	if (directories.length < 2) {
		throw createError('USAGE', {reason: 'expected "runs compare DIRECTORY DIRECTORY…"'});
	}

	const comparison = await compareRuns(directories, {out: flags['out'] as string | undefined ?? 'comparison', force: flags['force'] === true});
	output.print([
		formatTable([
			['run', 'seed', 'parameters', 'epochs', 'test loss', 'test accuracy', 'seconds'],
			...comparison.runs.map(({directory, seed, parameters, epochs, testLoss, testAccuracy, seconds}) => [
				directory, String(seed), parameters?.toLocaleString('en') ?? '–', String(epochs), testLoss === undefined ? '–' : formatLoss(testLoss), testAccuracy?.toFixed(4) ?? '–', seconds.toFixed(1),
			]),
		]),
		'',
		...comparison.plots,
	].join('\n'));
	output.data(comparison);
};

/** Asks runs to end. */
export const stop = async (context: CommandContext): Promise<void> => {
	for (const directory of given(context)) {
		await stopRun(directory);
		context.output.note(`${directory} was asked to end`);
	}

	context.output.data(given(context));
};

/** Removes what runs left. */
export const rm = async (context: CommandContext): Promise<void> => {
	for (const directory of given(context)) {
		await removeRun(directory);
		context.output.note(`removed ${directory}`);
	}

	context.output.data(given(context));
};
