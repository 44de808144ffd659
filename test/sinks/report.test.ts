import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import test from 'ava';
import {classify} from '../../src/evaluation/classification.ts';
import type {RunReport} from '../../src/evaluation/report.ts';
import {writeReportJson, writeReportPages} from '../../src/sinks/report/write.ts';
import {temporaryFolder} from '../helpers/temporary-folder.ts';

const confusionMatrix = [[31, 2], [5, 47]];
const metrics = {learningRate: 0.1, seconds: 1, samples: 10, waitShare: 0};
const report: RunReport = {
	schemaVersion: 1, status: 'completed', runId: 'r', name: 'tiny', description: '<script>alert("1")</script> & more', seed: 1,
	startedAt: '2025-01-01T00:00:00.000Z', versions: {},
	history: [
		{epoch: 1, step: 1, train: {loss: 2, accuracy: 0.5}, validation: {loss: 2.5, accuracy: 0.25}, best: true, ...metrics},
		{epoch: 2, step: 2, train: {loss: 1, accuracy: 0.75}, validation: {loss: Number.NaN, accuracy: 0.5}, best: false, ...metrics},
	],
	steps: {every: 1, losses: [2, 1]},
	evaluation: {test: {loss: 0.5, accuracy: 78 / 85, examples: 85, confusionMatrix, ...classify(confusionMatrix, ['<b>cat</b>', 'dog, "big"'])}},
	stream: {operators: [{name: 'noise', deterministic: false, incoming: 20, outgoing: 20, seconds: 0.5}, {name: './own.js', deterministic: true, incoming: 20, outgoing: 20, seconds: 1}], seconds: 1, waitingSeconds: 0, peaks: {'shuffle window': 1_234_567, ring: 50_000}, rejected: 0, bottleneck: 'none'},
	timing: {seconds: 3, trainingSeconds: 2, evaluationSeconds: 1, waitShare: 0, samplesPerSecond: 10, laps: {}}, peakMemory: 2 ** 20,
};
const gallery = {shape: [1, 2, 1] as const, examples: [{record: 3, actual: 0, pixels: 'AP8='}], mistakes: [{record: 9, actual: 0, predicted: 1, probability: 0.75, loss: 2, pixels: 'AP8='}]};

let folder: string;
const read = async (name: string): Promise<string> => fs.readFile(path.join(folder, 'report', name), 'utf8');

test.before(async () => {
	folder = await fs.mkdtemp(path.join(os.tmpdir(), 'threadloom-report-'));
	await writeReportJson(folder, report);
	await writeReportPages(folder, report, gallery);
});

test.after.always(async () => {
	await fs.rm(folder, {recursive: true, force: true});
});

test('the page holds plots, matrix, classes and images', async t => {
	const html = await read('report.html');
	// Three curves and the matrix.
	t.is(html.match(/<svg /gu)?.length, 4);
	t.is(html.match(/src="data:image\/png;base64,/gu)?.length, 2);
	for (const count of confusionMatrix.flat()) {
		t.true(html.includes(`<td>${count}</td>`));
	}

	for (const text of ['91.76 %', 'weighted avg', 'record 9', '75.00 %', 'epoch']) {
		t.true(html.includes(text), `the page says ${text}`);
	}
});

test('the report says which operators give something else in another epoch, and how to find out whether that is so', async t => {
	const markdown = await read('report.md');
	t.true(markdown.includes('| noise | 20 | 20 | 0.50 | gives something else |\n| ./own.js | 20 | 20 | 1.00 | gives the same |'));
	t.true(markdown.includes('pipeline data verify DEFINITION --operators'));
	const html = await read('report.html');
	t.true(html.includes('<th scope="row">noise</th><td>20</td><td>20</td><td>0.50</td><td>gives something else</td>'));
	t.true(html.includes('pipeline data verify DEFINITION --operators'));
});

test('the page asks nobody for anything', async t => {
	const html = await read('report.html');
	t.notRegex(html, /<script|<link|<iframe|@import|url\(\s*["']?(?!#|data:)/iu);
	t.notRegex(html, /(?:src|href)="(?!data:|#)/iu);
});

test('names and descriptions are text and no markup', async t => {
	const html = await read('report.html');
	t.false(html.includes('<b>cat'));
	t.true(html.includes('&lt;b&gt;cat&lt;/b&gt;'));
	t.true(html.includes('&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt; &amp; more'));
});

test('report.json is the report, with words for numbers that JSON does not have', async t => {
	const json = JSON.parse(await read('report.json')) as RunReport;
	t.deepEqual(json.evaluation, report.evaluation);
	t.like(json.history[1], {validation: {loss: 'NaN'}});
});

test('the matrix is a table of commas, its names quoted', async t => {
	t.is(await read('confusion.csv'), [String.raw`actual \ predicted,<b>cat</b>,"dog, ""big"""`, '<b>cat</b>,31,2', '"dog, ""big""",5,47', ''].join('\n'));
});

test('the Markdown names its plots, which lie beside it', async t => {
	const markdown = await read('report.md');
	const plots = [...markdown.matchAll(/!\[[^\]]*\]\((?<file>[^)]+)\)/gu)].map(({groups}) => groups!['file']!);
	t.deepEqual(plots, ['loss.svg', 'accuracy.svg', 'training-loss.svg', 'confusion.svg']);
	for (const plot of plots) {
		t.true((await read(plot)).startsWith('<svg'));
	}
});

test('the peak of each hold stands in all three', async t => {
	const [html, markdown, json] = [await read('report.html'), await read('report.md'), JSON.parse(await read('report.json')) as RunReport];
	t.true(html.includes('<th scope="row">shuffle window</th><td>1.23 MB</td>'));
	t.true(markdown.includes('| shuffle window | 1.23 MB |\n| ring | 0.05 MB |'));
	t.deepEqual(json.stream?.peaks, report.stream!.peaks);
});

test('the confusion matrix of very many classes is left to its table of commas', async t => {
	const many = await temporaryFolder(t);
	const matrix = Array.from({length: 300}, (_, actual) => Array.from({length: 300}, (_, predicted) => Number(actual === predicted)));
	const {classes, averages} = classify(matrix, matrix.map((_, index) => `class ${index}`));
	const split = {loss: 0.5, accuracy: 1, examples: 300, confusionMatrix: matrix, classes, averages};
	const large = {...report, evaluation: {test: split, validation: split}};
	await writeReportJson(many, large);
	await writeReportPages(many, large, undefined);
	const written = async (name: string): Promise<string> => fs.readFile(path.join(many, 'report', name), 'utf8');
	const names = await fs.readdir(path.join(many, 'report'));
	t.false(names.includes('confusion.svg'));
	t.is((await written('confusion.csv')).split('\n').length, 302);
	for (const name of ['report.html', 'report.md']) {
		const text = await written(name);
		t.true(text.includes('Confusion matrices of more than 64 classes are not drawn'));
		t.true(text.length < 200_000);
		t.true(text.includes('class 299'));
	}
});

test('no temporary file is left', async t => {
	const names = await fs.readdir(path.join(folder, 'report'));
	t.true(names.every(name => !name.startsWith('.')));
});
