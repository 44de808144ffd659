import fs from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import test from 'ava';
import {digestData} from '../../src/runs/data-digests.ts';
import {runPipeline} from '../../src/runs/run-pipeline.ts';
import {prepare} from './workspace.ts';

const definition = (images: string): string => `
version: 1
seed: 1
data: {train: {images: ${images}, labels: labels}}
batches: {size: 2}
model: {layers: [{dense: {units: 1}}]}
training: {loss: meanSquaredError, engine: reference, workers: 1}
sinks: []
`;

test('a file that cannot be read has no digest, and the stream says so', async t => {
	const {folder, loaded, out} = await prepare(t, definition('images'));
	await fs.writeFile(path.join(folder, 'images'), 'x', {mode: 0});
	await fs.writeFile(path.join(folder, 'labels'), 'x');
	const isRoot = process.getuid?.() === 0; // Who may read everything.
	t.is(Object.keys(await digestData(loaded.definition, folder)).length, isRoot ? 2 : 1);
	await t.throwsAsync(runPipeline(loaded, {out}), {code: isRoot ? 'NOT_IDX' : 'FILE_UNREADABLE'});
});

(process.platform === 'linux' ? test : test.skip)('a file that the disk does not give has no digest', async t => { // No other system has a /proc.
	// It opens, and its first page is never there.
	const {loaded, folder} = await prepare(t, definition('/proc/self/mem'));
	t.deepEqual(await digestData(loaded.definition, folder), {});
});
