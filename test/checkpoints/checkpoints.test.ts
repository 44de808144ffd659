import {execFileSync} from 'node:child_process';
import {createHash} from 'node:crypto';
import fs from 'node:fs/promises';
import path from 'node:path';
import test, {type ExecutionContext} from 'ava';
import fc from 'fast-check';
import {writeDurably, writeTogether} from '../../src/checkpoints/durable-write.ts';
import {decode, encodeParts, type Checkpoint} from '../../src/checkpoints/format.ts';
import type {CheckpointHeader} from '../../src/checkpoints/schema.ts';
import {createCheckpointStore, readCheckpoint} from '../../src/checkpoints/store.ts';
import {temporaryFolder} from '../helpers/temporary-folder.ts';

const header = ({step = 3, length = 3}: {readonly step?: number; readonly length?: number} = {}): CheckpointHeader => ({
	format: 1, build: '0.0.0', runId: 'run', digests: {definition: 'd', operators: {}, data: {train: 'a'}}, seed: 1, shards: 2,
	engine: {name: 'reference', backend: 'js', version: '1', family: 'plain'}, optimizer: 'adam',
	progress: {
		step, epoch: 1, batch: 2, open: {steps: 2, count: 8, loss: 1.5, correct: 3, gradientNorm: 0.25, updateRatio: 0.125, measured: 1, skipped: 0}, skipped: 0,
		monitor: {best: {epoch: 1, step: 1, value: 0.5}, waited: 0}, stopper: {waited: 0},
	},
	operatorStates: {},
	layout: [{name: 'dense/bias', shape: [length], offset: 0, dtype: 'float32', trainable: true}],
	tensors: [{name: 'parameters', dtype: 'float32', length}, {name: 'velocity', dtype: 'float64', length}],
});

const checkpoint = (step = 3): Checkpoint => ({
	header: header({step}),
	tensors: {parameters: Float32Array.of(1.5, -0, 3e-42), velocity: Float64Array.of(0.1, Number.NaN, Infinity)},
});

const sealed = (parts: readonly Uint8Array[]): Uint8Array => {
	const body = Buffer.concat(parts);
	return Buffer.concat([body, createHash('sha256').update(body).digest()]);
};

const file = sealed(encodeParts(checkpoint()));
const invalid = {code: 'CHECKPOINT_INVALID'};

test('a checkpoint is read as it was written, to the last bit', async t => {
	const store = createCheckpointStore(path.join(await temporaryFolder(t), 'new'));
	const stored = await store.save(checkpoint(), {keep: []});
	const read = await readCheckpoint(stored.path);
	t.deepEqual(read.header, checkpoint().header);
	t.deepEqual(read.tensors, checkpoint().tensors);
	t.true(Object.is(read.tensors['parameters']![1], -0));
	t.is((await fs.stat(stored.path)).size, stored.bytes);
});

test('whatever byte of a checkpoint is changed, it is refused', t => {
	for (let index = 0; index < file.length; index++) {
		for (const bits of [0x01, 0x80]) {
			const damaged = Uint8Array.from(file);
			damaged[index]! ^= bits;
			t.throws(() => decode(damaged, 'x.ckpt'), invalid, `byte ${index}`);
		}
	}
});

test('a checkpoint that ends early or goes on is refused', t => {
	for (let length = 0; length < file.length; length++) {
		t.throws(() => decode(file.subarray(0, length), 'x.ckpt'), invalid, `${length} bytes`);
	}

	t.throws(() => decode(Buffer.concat([file, Buffer.of(0)]), 'x.ckpt'), invalid);
});

/** A file with any header behind a right checksum. */
const withHeader = (json: string, {claimed = Buffer.byteLength(json), data = 0}: {readonly claimed?: number; readonly data?: number} = {}): Uint8Array => {
	const length = Buffer.alloc(4);
	length.writeUInt32LE(claimed);
	return sealed([Buffer.from('THRDLOOM'), length, Buffer.from(json), new Uint8Array(data)]);
};

test('a header that is anything else is refused though its checksum is right', t => {
	fc.assert(fc.property(fc.oneof(fc.json(), fc.string()), json => {
		t.throws(() => decode(withHeader(json), 'x.ckpt'), invalid);
	}), {numRuns: 300});
});

test('a header that claims other lengths than there are is refused', t => {
	const json = (tensors: unknown) => JSON.stringify({...header(), tensors});
	fc.assert(fc.property(fc.nat(2 ** 32 - 1), claimed => {
		fc.pre(claimed !== Buffer.byteLength('{}'));
		t.throws(() => decode(withHeader('{}', {claimed}), 'x.ckpt'), invalid);
	}));
	for (const length of [2, 4, 2 ** 31, Number.MAX_SAFE_INTEGER]) {
		t.throws(() => decode(withHeader(json([{name: 'parameters', dtype: 'float32', length}]), {data: 12}), 'x.ckpt'), invalid);
	}

	const twice = {name: 'parameters', dtype: 'float32', length: 1};
	t.throws(() => decode(withHeader(json([twice, twice]), {data: 8}), 'x.ckpt'), invalid);
	t.deepEqual(decode(withHeader(json([{name: 'parameters', dtype: 'float32', length: 3}]), {data: 12}), 'x.ckpt').tensors, {parameters: new Float32Array(3)});
});

test('vectors with the names that every object has are refused', t => {
	for (const name of ['constructor', 'toString', '__proto__']) {
		const json = JSON.stringify({...header(), tensors: [{name, dtype: 'float32', length: 1}]});
		t.throws(() => decode(withHeader(json, {data: 4}), 'x.ckpt'), invalid, name);
	}
});

test('a checkpoint from before steps were measured or left out is read', t => {
	const {progress: {open: {updateRatio, measured, skipped, ...open}, skipped: all, ...progress}, ...others} = header();
	const read = decode(withHeader(JSON.stringify({...others, progress: {...progress, open}}), {data: 3 * 4 + 3 * 8}), 'x.ckpt');
	t.like(read.header.progress, {skipped: 0, open: {...open, updateRatio: 0, measured: 0, skipped: 0}});
});

test('a file that is not there is no checkpoint', async t => {
	await t.throwsAsync(readCheckpoint(path.join(await temporaryFolder(t), 'step-1.ckpt')), invalid);
});

test('saving removes what is neither new nor kept, and nothing that is no checkpoint', async t => {
	const folder = await temporaryFolder(t);
	await fs.writeFile(path.join(folder, 'notes.txt'), '');
	const store = createCheckpointStore(folder);
	for (const [step, keep] of [[1, []], [2, [1]], [9, [1, 2]], [10, [1]]] as const) {
		await store.save(checkpoint(step), {keep});
	}

	t.deepEqual(await store.steps(), [1, 10]);
	t.deepEqual((await fs.readdir(folder)).toSorted(), ['notes.txt', 'step-1.ckpt', 'step-10.ckpt']);
});

test('a write that fails leaves the old file and no temporary one', async t => {
	const folder = await temporaryFolder(t);
	const target = path.join(folder, 'taken');
	// A file cannot be renamed over a folder.
	await fs.mkdir(path.join(target, 'inside'), {recursive: true});
	await t.throwsAsync(writeDurably(target, [Buffer.from('new')]), {code: 'WRITE_FAILED'});
	t.deepEqual(await fs.readdir(folder), ['taken']);
	await t.throwsAsync(writeDurably(path.join(folder, 'missing', 'file'), [Buffer.from('new')]), {code: 'WRITE_FAILED'});
});

test('of files that are written together none is replaced when one fails', async t => {
	const folder = await temporaryFolder(t);
	await fs.writeFile(path.join(folder, 'a'), 'old');
	// The temporary name of the second is taken by a folder.
	await fs.mkdir(path.join(folder, '.b.tmp'));
	await t.throwsAsync(writeTogether(folder, new Map([['a', 'new'], ['b', 'new'], ['c', 'new']])), {code: 'WRITE_FAILED'});
	t.deepEqual((await fs.readdir(folder)).toSorted(), ['.b.tmp', 'a']);
	t.is(await fs.readFile(path.join(folder, 'a'), 'utf8'), 'old');

	await fs.rmdir(path.join(folder, '.b.tmp'));
	await writeTogether(folder, new Map([['a', 'new'], ['b', 'newer']]));
	t.deepEqual((await fs.readdir(folder)).toSorted(), ['a', 'b']);
	t.is(await fs.readFile(path.join(folder, 'b'), 'utf8'), 'newer');
});

test('shared memory is written like any other', async t => {
	const target = path.join(await temporaryFolder(t), 'shared');
	const bytes = new Uint8Array(new SharedArrayBuffer(5)).fill(7);
	t.is(await writeDurably(target, [bytes], {appendDigest: true}), 37);
	const written = await fs.readFile(target);
	t.deepEqual([...written.subarray(0, 5)], [7, 7, 7, 7, 7]);
	t.deepEqual(written.subarray(5), createHash('sha256').update(written.subarray(0, 5)).digest());
});

test('hostile layouts and headers are refused before anything is allocated for them', t => {
	const layout = (shape: readonly number[], offset = 0, name = 'a') => ({name, shape, offset, dtype: 'float32', trainable: true});
	const entry = {name: 'parameters', dtype: 'float32', length: 4};
	for (const [title, change] of Object.entries({
		'a product beyond the exact integers': {layout: [layout([2 ** 40, 2 ** 40])]},
		'a product that overflows 32 bits to 0': {layout: [layout([65_536, 65_536])], tensors: [{...entry, length: 0}]},
		'a gap': {layout: [layout([2]), layout([1], 3, 'b')]},
		'an overlap': {layout: [layout([3]), layout([1], 2, 'b')]},
		'a name twice': {layout: [layout([2]), layout([2], 2)]},
		'a vector of another length': {tensors: [{...entry, length: 3}]},
		'a newer format': {format: 2},
	})) {
		const json = JSON.stringify({...header(), layout: [layout([4])], tensors: [entry], ...change});
		const error = t.throws(() => decode(withHeader(json, {data: 16}), 'x.ckpt'), invalid, title);
		t.is(error instanceof Error && error.message.includes('format 2, written by version 0.0.0'), title === 'a newer format');
	}

	// It is not even parsed: its parts are counted first.
	const entries = `[${'{"name":"a"},'.repeat(100_000)}{}]`;
	t.throws(() => decode(withHeader(`{"tensors":${entries}}`), 'x.ckpt'), {...invalid, message: /more parts than any model/u});
});

test('what is no regular file is no checkpoint', async t => {
	const folder = await temporaryFolder(t);
	await fs.writeFile(path.join(folder, 'real.ckpt'), file);
	await fs.symlink('real.ckpt', path.join(folder, 'link.ckpt'));
	await fs.mkdir(path.join(folder, 'folder.ckpt'));
	execFileSync('mkfifo', [path.join(folder, 'fifo.ckpt')]);
	await readCheckpoint(path.join(folder, 'real.ckpt'));
	for (const name of ['link.ckpt', 'folder.ckpt', 'fifo.ckpt']) {
		await t.throwsAsync(readCheckpoint(path.join(folder, name)), invalid, name);
	}
});

test('the newest and pinned checkpoints are never removed', async t => {
	const folder = await temporaryFolder(t);
	const store = createCheckpointStore(folder);
	for (const step of [1, 2, 3, 4]) {
		await store.save(checkpoint(step), {keep: [], last: 2});
		if (step === 1) {
			await fs.writeFile(path.join(folder, 'step-1.ckpt.pin'), '');
		}
	}

	t.deepEqual(await store.steps(), [1, 3, 4]);
	// A file that a killed process left half written is in nobody's way.
	await fs.writeFile(path.join(folder, '.step-5.ckpt.tmp'), 'half');
	await store.save(checkpoint(5), {keep: [], last: 2});
	t.deepEqual((await fs.readdir(folder)).toSorted(), ['step-1.ckpt', 'step-1.ckpt.pin', 'step-4.ckpt', 'step-5.ckpt']);
});
