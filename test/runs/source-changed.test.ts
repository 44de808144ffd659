import fs from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import {runPipeline} from '../../src/runs/run-pipeline.ts';
import {prepare} from './workspace.ts';

const idx = (values: readonly number[]): Uint8Array => Uint8Array.of(0, 0, 8, 2, 0, 0, 0, values.length, 0, 0, 0, 1, ...values);

test('data that is replaced after its digest was taken ends the run without a checkpoint of it', async t => {
	// A sink is opened after the digest is taken, and before the stream opens the file.
	const {folder, loaded, out} = await prepare(t, `
version: 1
seed: 1
data: {train: {images: images}}
batches: {size: 2}
model: {layers: [{dense: {units: 2, activation: softmax}}]}
training: {loss: sparseCategoricalCrossentropy, engine: reference, workers: 1, epochs: 2, checkpoints: {everyEpochs: 1}}
sinks: [./replace.mjs]
`, {
		'replace.mjs': `
import fs from 'node:fs/promises';
import path from 'node:path';

export default {
	kind: 'events',
	options: {safeParse: data => ({success: true, data})},
	async create(_, {directory}) {
		await fs.rename(path.join(directory, '..', 'others'), path.join(directory, '..', 'images'));
		return {event() {}, async close() {}};
	},
};
`,
	});
	await fs.writeFile(path.join(folder, 'images'), idx([1, 2, 3, 4]));
	await fs.writeFile(path.join(folder, 'others'), idx([5, 6, 7, 8]));
	await t.throwsAsync(runPipeline(loaded, {out}), {code: 'SOURCE_CHANGED', message: /its contents are others than at the checkpoint .*images/u});
	t.deepEqual(await fs.readdir(path.join(out, 'checkpoints')).catch(() => []), []);
});
