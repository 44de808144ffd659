import {formatLoss} from '../../evaluation/format-loss.ts';
import type {Gallery, GalleryImage, RunReport, SplitReport} from '../../evaluation/report.ts';
import {dataAddress} from './image.ts';
import {operatorColumns, operatorNote, operatorRows, peakRows, percent, summaryRows, undrawnNote} from './markdown.ts';
import {style} from './style.ts';

/** Makes text safe inside an element or a quoted attribute. */
const escape = (text: string): string =>
	text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

const table = (head: readonly string[], rows: ReadonlyArray<readonly string[]>, {name = ''}: {readonly name?: string} = {}): string => `
<div class="scroll"><table class="${name}"><thead><tr>${head.map(cell => `<th scope="col">${escape(cell)}</th>`).join('')}</tr></thead>
<tbody>${rows.map(([first = '', ...rest]) => `<tr><th scope="row">${escape(first)}</th>${rest.map(cell => `<td>${escape(cell)}</td>`).join('')}</tr>`).join('\n')}</tbody></table></div>`;

const section = (title: string, body: string): string => `<section><h2>${escape(title)}</h2>${body}</section>`;

const classTable = ({classes = [], averages}: SplitReport): string => {
	const figures = (entry: {readonly precision: number; readonly recall: number; readonly f1: number; readonly support: number}): readonly string[] =>
		[...[entry.precision, entry.recall, entry.f1].map(figure => figure.toFixed(4)), String(entry.support)];
	return table(['', 'precision', 'recall', 'f1-score', 'support'], [
		...classes.map(entry => [entry.name + (entry.undefinedFigures.length > 0 ? ' (0 / 0)' : ''), ...figures(entry)]),
		...(averages === undefined
			? []
			: [
				['accuracy', '', '', averages.accuracy.toFixed(4), String(averages.macro.support)],
				['macro avg', ...figures(averages.macro)],
				['weighted avg', ...figures(averages.weighted)],
			]),
	]);
};

const figure = (image: GalleryImage, shape: Gallery['shape'], caption: string): string =>
	`<figure><img src="${dataAddress(image, shape)}" width="${shape[1] * 2}" height="${shape[0] * 2}" alt="${escape(caption)}"><figcaption>${escape(caption)}</figcaption></figure>`;

const exampleRows = ({shape, examples}: Gallery, names: readonly string[]): string => names.map((name, index) => {
	const images = examples.filter(({actual}) => actual === index);
	return images.length === 0 ? '' : `<h3>${escape(name)}</h3><div class="gallery">${images.map(image => figure(image, shape, `record ${image.record}`)).join('')}</div>`;
}).join('\n');

const mistakeImages = ({shape, mistakes}: Gallery, names: readonly string[]): string => `<div class="gallery">${mistakes.map(image => {
	const nameOf = (index: number | undefined): string => (index === undefined ? '?' : names[index] ?? String(index));
	return figure(image, shape, `${nameOf(image.actual)} taken for ${nameOf(image.predicted)} (${percent(image.probability)}), record ${image.record}`);
}).join('')}</div>`;

/** The report as one page that needs nothing else: styles, plots and images are inside. */
export const renderHtml = (report: RunReport, {gallery, plots, confusion}: {
	readonly gallery: Gallery | undefined;
	readonly plots: ReadonlyMap<string, string>;
	/** The drawn confusion matrix of the test split. */
	readonly confusion: string | undefined;
}): string => {
	const {test} = report.evaluation;
	const names = test?.classes?.map(({name}) => name) ?? [];
	const parts: Array<string | undefined> = [
		report.error && `<p class="fault"><strong>${escape(report.error.code)}</strong> ${escape(report.error.message)}</p>`,
		section('Summary', table(['', ''], summaryRows(report), {name: 'summary'})),
		plots.size > 0 ? section('Curves', `<div class="plots">${[...plots.values()].join('\n')}</div>`) : undefined,
		test?.confusionMatrix && section('Confusion matrix of the test split', confusion === undefined
			? `<p>${undrawnNote}</p>`
			: `
<div class="plots">${confusion}</div>
<p>Rows: actual class. Columns: predicted class.</p>
${table(['', ...names], test.confusionMatrix.map((row, index) => [names[index] ?? String(index), ...row.map(String)]))}`),
		test?.classes && section('Test split by class', classTable(test)),
		gallery && gallery.mistakes.length > 0 ? section('Worst mistakes of the test split', mistakeImages(gallery, names)) : undefined,
		gallery && gallery.examples.length > 0 ? section('Examples of each class', exampleRows(gallery, names)) : undefined,
		report.model && section('Model', table(['layer', 'type', 'output', 'parameters'], [
			...report.model.layers.map(({name, type, output, parameters}) => [name, type, output.join(' × '), parameters.toLocaleString('en')]),
			['total', '', '', report.model.parameters.toLocaleString('en')],
		])),
		operatorRows(report).length > 0 ? section('Operators', `${table(operatorColumns, operatorRows(report))}<p>${escape(operatorNote)}</p>`) : undefined,
		peakRows(report).length > 0 ? section('Memory of the stream', table(['part', 'peak'], peakRows(report))) : undefined,
		report.history.length > 0
			? section('Epochs', table(
				['epoch', 'training loss', 'training accuracy', 'validation loss', 'validation accuracy', 'learning rate', 'gradient norm', 'update ratio', 'seconds'],
				report.history.map(({epoch, train, validation, learningRate, gradientNorm, updateRatio, seconds, best}) => [
					`${epoch}${best ? ' ★' : ''}`,
					formatLoss(train.loss),
					percent(train.accuracy),
					validation === undefined ? '–' : formatLoss(validation.loss),
					percent(validation?.accuracy),
					learningRate.toPrecision(3),
					gradientNorm?.toPrecision(3) ?? '–',
					updateRatio?.toExponential(1) ?? '–',
					seconds.toFixed(2),
				]),
			))
			: undefined,
	];
	return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escape(report.name)}</title>
<style>${style}</style>
</head>
<body>
<header><h1>${escape(report.name)}</h1><p>${escape(report.description ?? '')}</p><p class="meta">${escape(report.startedAt)} · run ${escape(report.runId)}</p></header>
<main>
${parts.filter(part => part !== undefined).join('\n')}
</main>
</body>
</html>
`;
};
