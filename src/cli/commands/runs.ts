import {createError} from '../../errors/threadloom-error.ts';
import {compareRuns} from '../../runs/compare-runs.ts';
import type {CommandContext} from '../command.ts';

/** Compares runs. */
export const run = async ({flags, output}: CommandContext): Promise<void> => {
	if (flags['action'] !== 'compare') {
		throw createError('USAGE', {reason: `expected "runs compare DIRECTORY…". Received: runs ${String(flags['action'])}`});
	}

	const comparison = await compareRuns(flags['directories'] as readonly string[], {out: flags['out'] as string | undefined ?? 'comparison'});
	const rows = [
		['run', 'seed', 'parameters', 'epochs', 'test loss', 'test accuracy', 'seconds'],
		...comparison.runs.map(({name, seed, parameters, epochs, testLoss, testAccuracy, seconds}) => [
			name, String(seed), parameters?.toLocaleString('en') ?? '–', String(epochs), testLoss?.toFixed(4) ?? '–', testAccuracy?.toFixed(4) ?? '–', seconds.toFixed(1),
		]),
	];
	const widths = rows[0]!.map((_, column) => Math.max(...rows.map(row => row[column]!.length)));
	output.print([
		...rows.map(row => row.map((cell, column) => (column === 0 ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!))).join('  ')),
		'',
		...comparison.plots,
	].join('\n'));
	output.data(comparison);
};
