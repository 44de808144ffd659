import {formatClassification} from '../../evaluation/classification.ts';
import {formatLoss} from '../../evaluation/format-loss.ts';
import {openRun} from '../../runs/open-run.ts';
import {splitReport} from '../../runs/report-data.ts';
import {scoreRun} from '../../runs/score-run.ts';
import type {CommandContext} from '../command.ts';
import {dataOptionsOf, memoryOf} from '../load.ts';

/** Evaluates a run's parameters on its test split. */
export const run = async ({flags, output, signal}: CommandContext): Promise<void> => {
	const opened = await openRun(String(flags['run']), {checkpoint: flags['checkpoint'] as string | undefined});
	const {totals, spec} = await scoreRun(opened, {split: 'test', options: {...dataOptionsOf(flags), ...memoryOf(flags)}, signal, onWarning: output.note});
	const report = splitReport(totals, spec?.classes);
	output.print([
		...(report.classes === undefined || report.averages === undefined ? [] : [formatClassification({classes: report.classes, averages: report.averages}), '']),
		`test loss ${formatLoss(report.loss)}${report.accuracy === undefined ? '' : `, test accuracy ${report.accuracy.toFixed(4)}`}`,
	].join('\n'));
	output.data({run: opened.directory, epoch: opened.checkpoint.header.progress.epoch, step: opened.checkpoint.header.progress.step, test: report});
};
