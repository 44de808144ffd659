import {formatSummary} from '../../model/summary.ts';
import {summarize} from '../../runs/plan-run.ts';
import type {CommandContext} from '../command.ts';
import {dataOptionsOf, loadFor} from '../load.ts';

/** Prints the layer table. */
export const run = async ({flags, output, signal}: CommandContext): Promise<void> => {
	const loaded = await loadFor(String(flags['definition']), flags);
	const summary = await summarize(loaded, {...dataOptionsOf(flags), signal});
	output.print(formatSummary(summary));
	output.data(summary);
};
