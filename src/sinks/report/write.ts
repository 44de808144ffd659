import fs from 'node:fs/promises';
import path from 'node:path';
import {makeFolder, writeDurably, writeTogether} from '../../checkpoints/durable-write.ts';
import type {Gallery, RunReport} from '../../evaluation/report.ts';
import {replaceNonFinite} from '../../events/non-finite.ts';

/** What an earlier report of the same run may have left, beside the page. */
const passing = ['accuracy.svg', 'loss.svg', 'training-loss.svg', 'confusion.svg', 'confusion.csv', 'gallery.json'];

const toJson = (value: unknown): string => `${JSON.stringify(value, replaceNonFinite, '\t')}\n`;

/** Writes `report/report.json` of a run directory and gives its path. @throws WRITE_FAILED */
export const writeReportJson = async (directory: string, report: RunReport): Promise<string> => {
	const folder = path.join(directory, 'report');
	await makeFolder(folder);
	const file = path.join(folder, 'report.json');
	await writeDurably(file, [Buffer.from(toJson(report))]);
	return file;
};

/** Writes the report's other files, Markdown, HTML, plots and tables, and gives the path of the page. @throws WRITE_FAILED */
export const writeReportPages = async (directory: string, report: RunReport, gallery: Gallery | undefined): Promise<string> => {
	// Drawing takes a library of a megabyte that a run without pages does without.
	const [{runCurves}, {confusionChart}, {renderHtml}, {isDrawable, renderMarkdown}] = await Promise.all([
		import('./curves.ts'), import('./charts.ts'), import('./html.ts'), import('./markdown.ts'),
	]);
	const folder = path.join(directory, 'report');
	const plots = runCurves(report);
	const {test} = report.evaluation;
	const files = new Map<string, string>([...plots].map(([name, svg]) => [`${name}.svg`, svg]));
	const plotNames = [...plots.keys()];
	if (test?.confusionMatrix !== undefined && test.classes !== undefined) {
		const names = test.classes.map(({name}) => name);
		files.set('confusion.csv', confusionCsv(test.confusionMatrix, names));
		if (isDrawable(test)) {
			files.set('confusion.svg', confusionChart(test.confusionMatrix, names));
			plotNames.push('confusion');
		}
	}

	if (gallery !== undefined) {
		files.set('gallery.json', toJson(gallery));
	}

	files.set('report.md', renderMarkdown(report, plotNames));
	files.set('report.html', renderHtml(report, {gallery, plots, confusion: files.get('confusion.svg')}));
	await writeTogether(folder, files);
	await Promise.all(passing.filter(name => !files.has(name)).map(async name => fs.rm(path.join(folder, name), {force: true})));
	return path.join(folder, 'report.html');
};

const quote = (cell: string): string => (/[",\n]/u.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell);

const confusionCsv = (confusion: ReadonlyArray<readonly number[]>, names: readonly string[]): string =>
	[[String.raw`actual \ predicted`, ...names], ...confusion.map((row, index) => [names[index] ?? String(index), ...row.map(String)])]
		.map(row => row.map(cell => quote(cell)).join(',')).join('\n') + '\n';
