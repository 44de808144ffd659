import {openRun} from '../../runs/open-run.ts';
import {splitReport} from '../../runs/report-data.ts';
import {scoreRun} from '../../runs/score-run.ts';
import type {CommandContext} from '../command.ts';
import {dataOptionsOf, memoryOf} from '../load.ts';
import {describeTest} from './run.ts';

/** Evaluates a run's parameters on its test split. */
export const run = async ({flags, output, signal}: CommandContext): Promise<void> => {
	const opened = await openRun(String(flags['run']), {checkpoint: flags['checkpoint'] as string | undefined});
	const {totals, spec} = await scoreRun(opened, {split: 'test', options: {...dataOptionsOf(flags), ...memoryOf(flags)}, signal, onWarning: output.warn});
	const report = splitReport(totals, spec?.classes);
	output.print(describeTest(report));
	output.data({run: opened.directory, epoch: opened.checkpoint.header.progress.epoch, step: opened.checkpoint.header.progress.step, test: report});
};
