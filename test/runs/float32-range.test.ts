import {Buffer} from 'node:buffer';
import fs from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import {runPipeline} from '../../src/runs/run-pipeline.ts';
import {prepare} from './workspace.ts';

const idx = (dimensions: readonly number[], values: readonly number[]): Uint8Array => {
	const bytes = Buffer.alloc(4 + (4 * dimensions.length) + (8 * values.length));
	bytes.set([0, 0, 0x0E, dimensions.length]);
	for (const [index, size] of dimensions.entries()) {
		bytes.writeUInt32BE(size, 4 + (4 * index));
	}

	for (const [index, value] of values.entries()) {
		bytes.writeDoubleBE(value, 4 + (4 * dimensions.length) + (8 * index));
	}

	return bytes;
};

const definition = (shuffle: string, more = ''): string => `
version: 1
seed: 1
data: {train: {images: features, labels: labels}}
batches: {size: 2, shuffle: ${shuffle}}
model: {layers: [{dense: {units: 1}}]}
training: {loss: meanSquaredError, engine: reference, workers: 1, epochs: 2}
sinks: []
${more}
`;

for (const shuffle of ['none', 'global', '{window: 2}']) {
	for (const part of ['features', 'labels'] as const) {
		test(`a number of the ${part} that is infinite as float32 is told with its record, file and byte, with shuffle ${shuffle}`, async t => {
			const {folder, loaded, out} = await prepare(t, definition(shuffle));
			const values = (name: string): number[] => [1, 2, name === part ? 1e300 : 3];
			await fs.writeFile(path.join(folder, 'features'), idx([3, 1], values('features')));
			await fs.writeFile(path.join(folder, 'labels'), idx([3], values('labels')));
			await t.throwsAsync(runPipeline(loaded, {out}), {code: 'FLOAT32_RANGE', message: new RegExp(`among its ${part} .*: 1e\\+300 \\(file ${path.join(folder, part)}, record 2, byte ${part === 'features' ? 28 : 24}\\)$`, 'u')});
		});
	}

	test(`records with such numbers are left out where the policy says so, with shuffle ${shuffle}`, async t => {
		const {folder, loaded, out} = await prepare(t, definition(shuffle, 'samples: skip'));
		await fs.writeFile(path.join(folder, 'features'), idx([5, 1], [1, 1e300, 3, 4, 5]));
		await fs.writeFile(path.join(folder, 'labels'), idx([5], [1, 2, 3, -1e300, 5]));
		const {report} = await runPipeline(loaded, {out, progress: 'none'});
		t.is(report.stream?.rejected, 2);
		t.deepEqual(report.history.map(({samples}) => samples), [3, 3]);
		const lines = (await fs.readFile(path.join(out, 'rejected.ndjson'), 'utf8')).trimEnd().split('\n');
		t.deepEqual(lines.map(line => JSON.parse(line) as Record<string, unknown>).map(({record, code, file}) => [record, code, file]), [1, 3].map(record => [record, 'FLOAT32_RANGE', path.join(folder, 'features')]));
	});

	test(`more of them than the limit end the run, with shuffle ${shuffle}`, async t => {
		const {folder, loaded, out} = await prepare(t, definition(shuffle, 'samples: {limit: {count: 1}}'));
		await fs.writeFile(path.join(folder, 'features'), idx([5, 1], [1, 1e300, 3, 1e300, 5]));
		await fs.writeFile(path.join(folder, 'labels'), idx([5], [1, 2, 3, 4, 5]));
		await t.throwsAsync(runPipeline(loaded, {out, progress: 'none'}), {code: 'SAMPLES_REJECTED', message: /limit of 1 .*too large for float32.*record 3\)$/u});
	});
}
