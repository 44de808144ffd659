import {formatLoss} from '../../evaluation/format-loss.ts';
import type {RunReport, SplitReport} from '../../evaluation/report.ts';
import {formatClassification} from '../../evaluation/classification.ts';
import {formatLaps} from '../../evaluation/laps.ts';

/** A share as people read it: 91.51 %. */
export const percent = (share: number | undefined): string => (share === undefined ? '–' : `${(share * 100).toFixed(2)} %`);

/** The rows of the summary: label and value, in the order of reading. */
export const summaryRows = (report: RunReport): ReadonlyArray<readonly [string, string]> => {
	const {training, model, timing, stream} = report;
	const loopLag = Math.max(0, ...report.history.map(({loopLagMs = 0}) => loopLagMs));
	const skipped = report.history.reduce((sum, epoch) => sum + (epoch.skipped ?? 0), 0);
	const rows: ReadonlyArray<readonly [string, string | undefined]> = [
		['Status', report.status],
		['Test accuracy', report.evaluation.test?.accuracy === undefined ? undefined : percent(report.evaluation.test.accuracy)],
		['Test loss', report.evaluation.test && formatLoss(report.evaluation.test.loss)],
		['Parameters', model?.parameters.toLocaleString('en')],
		['Epochs', training && `${training.epochs} (${training.steps} steps; ended by: ${training.stopped})`],
		['Evaluated epoch', training?.restoredEpoch?.toString()],
		['Batch', training && `${training.batchSize} in ${training.shards} shards`],
		['Optimizer', training?.optimizer],
		['Engine', training && `${training.engine} (${training.backend} ${training.version}, ${training.family}), ${training.workers} workers`],
		['Seed', String(report.seed)],
		['Time', `${timing.seconds.toFixed(1)} s, of which training ${timing.trainingSeconds.toFixed(1)} s`],
		['Throughput', timing.samplesPerSecond > 0 ? `${Math.round(timing.samplesPerSecond).toLocaleString('en')} examples/s, ${(timing.waitShare * 100).toFixed(1)} % waiting for data` : undefined],
		['A step', formatLaps(timing.laps)],
		['Bottleneck', stream?.bottleneck],
		['Steps not applied', skipped === 0 ? undefined : `${skipped}, as loss or gradient was not finite`],
		['Event loop', loopLag > 1000 ? `held up for ${(loopLag / 1000).toFixed(1)} s` : undefined],
		['Left out', stream !== undefined && stream.rejected > 0 ? `${stream.rejected} records; rejected.ndjson lists them` : undefined],
		['Peak memory', `${Math.round(report.peakMemory / 2 ** 20)} MB`],
	];
	return rows.filter((row): row is readonly [string, string] => row[1] !== undefined);
};

/** The columns of the table of operators. */
export const operatorColumns = ['operator', 'in', 'out', 'seconds', 'another epoch'];

export const operatorRows = ({stream}: RunReport): ReadonlyArray<readonly string[]> => (stream?.operators ?? []).map(({name, deterministic, incoming, outgoing, seconds}) => [
	name, String(incoming), String(outgoing), seconds.toFixed(2), deterministic === undefined ? '–' : (deterministic ? 'gives the same' : 'gives something else'),
]);

/** What the last column of that table is worth. */
export const operatorNote = 'What another epoch gives is what the operators say of themselves. Whether they repeat themselves within one, "pipeline data verify DEFINITION --operators" finds out by running them twice.';

/** The rows of the table of holds: part and peak. */
export const peakRows = ({stream}: RunReport): ReadonlyArray<readonly [string, string]> =>
	Object.entries(stream?.peaks ?? {}).map(([name, bytes]) => [name, `${(bytes / 1e6).toFixed(2)} MB`]);

/** Most classes whose confusion matrix is drawn: a larger one is for programs, in confusion.csv and report.json. */
const mostDrawn = 64;

/** Whether the confusion matrix of a split is small enough to be looked at. */
export const isDrawable = ({confusionMatrix = []}: Pick<SplitReport, 'confusionMatrix'>): boolean => confusionMatrix.length <= mostDrawn;

/** Where a matrix is that is not drawn. */
export const undrawnNote = `Confusion matrices of more than ${mostDrawn} classes are not drawn: report.json has them, and confusion.csv that of the test split.`;

const table = (head: readonly string[], rows: ReadonlyArray<readonly string[]>): string =>
	[head, head.map(() => '---'), ...rows].map(cells => `| ${cells.join(' | ')} |`).join('\n');

const confusionParts = (split: SplitReport): readonly string[] => {
	const {classes, confusionMatrix} = split;
	if (confusionMatrix === undefined || classes === undefined) {
		return [];
	}

	return isDrawable(split)
		? [
			'Confusion matrix, rows actual, columns predicted:',
			table(['', ...classes.map(({name}) => name)], confusionMatrix.map((row, index) => [`**${classes[index]!.name}**`, ...row.map(String)])),
		]
		: [undrawnNote];
};

const splitSection = (title: string, split: SplitReport): string => {
	const {loss, accuracy, examples, classes, averages} = split;
	return [
		`## ${title}`,
		`Loss ${formatLoss(loss)}${accuracy === undefined ? '' : `, accuracy ${percent(accuracy)}`} over ${examples} examples.`,
		...(classes === undefined || averages === undefined ? [] : [`\`\`\`text\n${formatClassification({classes, averages})}\n\`\`\``]),
		...confusionParts(split),
	].join('\n\n');
};

/** The report as Markdown; the plots lie beside it as SVG files. */
export const renderMarkdown = (report: RunReport, plots: readonly string[]): string => [
	`# ${report.name}`,
	...(report.description === undefined ? [] : [report.description]),
	...(report.error === undefined ? [] : [`> **${report.error.code}**: ${report.error.message}`]),
	table(['', ''], summaryRows(report)),
	...plots.map(name => `![${name}](${name}.svg)`),
	...(report.evaluation.test === undefined ? [] : [splitSection('Test', report.evaluation.test)]),
	...(report.evaluation.validation === undefined ? [] : [splitSection('Validation', report.evaluation.validation)]),
	...(operatorRows(report).length === 0 ? [] : ['## Operators', table(operatorColumns, operatorRows(report)), operatorNote]),
	...(peakRows(report).length === 0 ? [] : ['## Memory of the stream', table(['part', 'peak'], peakRows(report))]),
	...(report.history.length === 0
		? []
		: [
			'## Epochs',
			table(
				['epoch', 'training loss', 'training accuracy', 'validation loss', 'validation accuracy', 'gradient norm', 'update ratio', 'seconds'],
				report.history.map(({epoch, train, validation, gradientNorm, updateRatio, seconds, best}) => [
					`${epoch}${best ? ' *' : ''}`,
					formatLoss(train.loss),
					percent(train.accuracy),
					validation === undefined ? '–' : formatLoss(validation.loss),
					percent(validation?.accuracy),
					gradientNorm?.toPrecision(3) ?? '–',
					updateRatio?.toExponential(1) ?? '–',
					seconds.toFixed(2),
				]),
			),
			String.raw`\* best so far`,
		]),
].join('\n\n') + '\n';
