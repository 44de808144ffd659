import fs from 'node:fs/promises';
import path from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {runPipeline} from '../../src/runs/run-pipeline.ts';
import {prepare} from './workspace.ts';

/** Six records of one byte, the second half of `data.train` and all of `data.test` with labels of their own. */
const write = async (t: ExecutionContext, {train, test: tested}: {readonly train: readonly number[]; readonly test: readonly number[]}) => {
	const {folder, loaded, out} = await prepare(t, `
version: 1
seed: 1
data:
  train: {shards: [{images: images, labels: first}, {images: images, labels: train}]}
  test: {images: images, labels: test}
batches: {size: 2, shuffle: none}
model: {layers: [{dense: {units: 3, activation: softmax}}]}
training: {loss: sparseCategoricalCrossentropy, engine: reference, workers: 1}
sinks: []
`);
	const idx = (dimensions: readonly number[], bytes: readonly number[]): Uint8Array => Uint8Array.of(0, 0, 8, dimensions.length, ...dimensions.flatMap(size => [0, 0, 0, size]), ...bytes);
	await fs.writeFile(path.join(folder, 'images'), idx([3, 1], [1, 2, 3]));
	for (const [name, labels] of Object.entries({first: [0, 1, 2], train, test: tested})) {
		await fs.writeFile(path.join(folder, name), idx([3], labels));
	}

	return {folder, loaded, out};
};

test('a label of a shard that no output stands for is told with its own file and byte', async t => {
	const {folder, loaded, out} = await write(t, {train: [0, 7, 1], test: [0, 1, 2]});
	await t.throwsAsync(runPipeline(loaded, {out}), {code: 'LABEL_BEYOND', message: `Expected a label of 0 to 2, as the model has outputs. Received: 7 (file ${path.join(folder, 'train')}, record 4, byte 9)`});
});

test('one of the test is told with the file of the test', async t => {
	const {folder, loaded, out} = await write(t, {train: [0, 1, 2], test: [0, 1, 3]});
	await t.throwsAsync(runPipeline(loaded, {out}), {code: 'LABEL_BEYOND', message: `Expected a label of 0 to 2, as the model has outputs. Received: 3 (file ${path.join(folder, 'test')}, record 2, byte 10)`});
});
