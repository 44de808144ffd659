import {createError} from '../../errors/threadloom-error.ts';
import {compareRuns} from '../../runs/compare-runs.ts';
import {listRuns, removeRun, stopRun, summarizeRun, type RunSummary} from '../../runs/list-runs.ts';
import type {CommandContext} from '../command.ts';
import {formatTable} from '../table.ts';

const rowsOf = (runs: readonly RunSummary[]): string => formatTable([
	['run', 'status', 'started', 'seed', 'epochs', 'test accuracy'],
	...runs.map(({directory, status, startedAt, seed, epochs, testAccuracy}) => [directory, status, startedAt, String(seed), String(epochs ?? '–'), testAccuracy?.toFixed(4) ?? '–']),
]);

const compare = async (directories: readonly string[], {flags, output}: CommandContext): Promise<void> => {
	const comparison = await compareRuns(directories, {out: flags['out'] as string | undefined ?? 'comparison', force: flags['force'] === true});
	output.print([
		formatTable([
			['run', 'seed', 'parameters', 'epochs', 'test loss', 'test accuracy', 'seconds'],
			...comparison.runs.map(({directory, seed, parameters, epochs, testLoss, testAccuracy, seconds}) => [
				directory, String(seed), parameters?.toLocaleString('en') ?? '–', String(epochs), testLoss?.toFixed(4) ?? '–', testAccuracy?.toFixed(4) ?? '–', seconds.toFixed(1),
			]),
		]),
		'',
		...comparison.plots,
	].join('\n'));
	output.data(comparison);
};

/** Lists, shows, compares, stops and removes runs. */
export const run = async (context: CommandContext): Promise<void> => {
	const {flags, output} = context;
	const action = String(flags['action']);
	const directories = flags['directories'] as readonly string[] | undefined ?? [];
	if (action === 'ls') {
		const runs = await listRuns(directories[0] ?? 'runs');
		output.print(rowsOf(runs));
		output.data(runs);
		return;
	}

	if (directories.length < (action === 'compare' ? 2 : 1)) {
		throw createError('USAGE', {reason: `expected "runs ${action} ${action === 'compare' ? 'DIRECTORY ' : ''}DIRECTORY…"`});
	}

	if (action === 'compare') {
		await compare(directories, context);
		return;
	}

	if (action === 'show') {
		const runs = await Promise.all(directories.map(async directory => summarizeRun(directory)));
		output.print(rowsOf(runs));
		output.data(runs);
		return;
	}

	for (const directory of directories) {
		await (action === 'rm' ? removeRun(directory) : stopRun(directory));
		output.note(action === 'rm' ? `removed ${directory}` : `${directory} was asked to end`);
	}

	output.data(directories);
};
