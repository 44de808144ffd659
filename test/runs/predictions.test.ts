import fs from 'node:fs/promises';
import path from 'node:path';
import {gunzipSync} from 'node:zlib';
import test from 'ava';
import type {Gallery} from '../../src/evaluation/report.ts';
import {runPipeline} from '../../src/runs/run-pipeline.ts';
import {root} from '../cli/workspace.ts';
import {prepare} from './workspace.ts';

const garments = path.join(root, 'fixtures', 'garments');
const images = path.join(garments, 't10k-images-idx3-ubyte.gz');
const definition = `
version: 1
name: predictions
seed: 7
data:
  train: {images: ${images}, labels: ${garments}/t10k-labels-idx1-ubyte.gz}
  test: {images: ${images}, labels: ${garments}/t10k-labels-idx1-ubyte.gz}
operators: [normalize]
batches: {size: 100}
model:
  layers: [flatten, {dense: {units: 4, activation: relu}}, {dense: {units: 10, activation: softmax}}]
training: {loss: sparseCategoricalCrossentropy, optimizer: adam, epochs: 1, engine: reference}
sinks: [report]
`;

interface Prediction {
	readonly record: number;
	readonly actual: number;
	readonly predicted: number;
	readonly loss: number;
	readonly probability: number;
}

test('predictions and gallery tell of the very examples that were scored', async t => {
	const {loaded, out} = await prepare(t, definition);
	const {report} = await runPipeline(loaded, {out, progress: 'none'});
	const read = async (name: string): Promise<string> => fs.readFile(path.join(out, 'report', name), 'utf8');
	const rows = (await read('predictions.ndjson')).trimEnd().split('\n').map(line => JSON.parse(line) as Prediction);
	const {test: scored} = report.evaluation;
	t.deepEqual(rows.map(({record}) => record), Array.from({length: 1000}, (_, index) => index));
	t.true(Math.abs(rows.reduce((sum, {loss}) => sum + loss, 0) / 1000 - scored!.loss) < 1e-9);
	const counts = Array.from({length: 10}, (_, actual) => Array.from({length: 10}, (__, predicted) => rows.filter(row => row.actual === actual && row.predicted === predicted).length));
	t.deepEqual(counts, scored!.confusionMatrix!.map(row => [...row]));
	for (const {actual, predicted, loss, probability} of rows) {
		t.true(actual === predicted ? Math.abs(probability - Math.exp(-loss)) < 1e-6 : probability >= Math.exp(-loss) - 1e-6);
	}

	const {examples, mistakes} = JSON.parse(await read('gallery.json')) as Gallery;
	t.deepEqual(mistakes.map(({record}) => record), rows.filter(({actual, predicted}) => actual !== predicted).toSorted((a, b) => b.loss - a.loss).slice(0, 24).map(({record}) => record));
	t.deepEqual(
		examples.map(({record}) => record).toSorted((a, b) => a - b),
		Array.from({length: 10}, (_, label) => rows.filter(({actual}) => actual === label).slice(0, 8).map(({record}) => record)).flat().toSorted((a, b) => a - b),
	);
	const bytes = gunzipSync(await fs.readFile(images)).subarray(16);
	for (const {record, actual, pixels} of [...examples, ...mistakes]) {
		t.is(actual, rows[record]!.actual);
		t.is(pixels, bytes.subarray(record * 784, (record + 1) * 784).toString('base64'));
	}

	const {model} = report;
	t.deepEqual(model!.layers.map(({parameters}) => parameters), [0, 784 * 4 + 4, 4 * 10 + 10]);
});
