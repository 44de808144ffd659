import {Buffer} from 'node:buffer';
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import {gzipSync} from 'node:zlib';
import test, {type ExecutionContext} from 'ava';
import {createFeed, feedRecordSink} from '../../src/feed/create-feed.ts';
import type {FeedOptions} from '../../src/feed/options.ts';
import {temporaryFolder} from '../helpers/temporary-folder.ts';
import {
	attach, never, optionsOf, range,
} from './helpers.ts';

const pass = {
	lane: 'train', split: 'train', epoch: 1, fromBatch: 0,
} as const;

/** IDX of `count` records of 8 × 8, all of their index. */
const idx = (count: number): Uint8Array => Buffer.concat([
	Buffer.from([0, 0, 8, 3, 0, 0, count >> 8, count & 0xFF, 0, 0, 0, 8, 0, 0, 0, 8]),
	...Array.from({length: count}, (_, index) => Buffer.alloc(64, index)),
]);

const zoo = './fixtures/zoo.js';

const misbehaves = test.macro({
	async exec(t, does: string, reason: RegExp) {
		const feed = await createFeed(optionsOf({count: 50, operators: [{[zoo]: {does}}], batches: {size: 8, shuffle: 'none'}, ...(does === 'writes' && {checkInputs: true})}), {signal: never, ...(does === 'loops' && {patience: 500})});
		t.teardown(feed.close);
		await attach(feed, {slots: 10});
		const passing = feed.pass(pass, {signal: never});
		const error = await t.throwsAsync(passing, {code: 'OPERATOR_FAILED', message: reason});
		t.like(error, {exitCode: 80, details: {operator: zoo, record: 13}});
		await t.throwsAsync(feed.failed, {code: 'OPERATOR_FAILED'});
	},
	title: (name = '') => `an operator that ${name} is named with its record`,
});

test('throws', misbehaves, 'throws', /no luck/u);
test('exits', misbehaves, 'exits', /exit code 3/u);
test('loops', misbehaves, 'loops', /kept its thread/u);
test('lets out a wrong shape', misbehaves, 'shape', /expected features of 16 elements \(4 × 4 uint8\), got 15 elements uint8/u);
test('lets out a wrong element type', misbehaves, 'dtype', /expected features of 16 elements \(4 × 4 uint8\), got 16 elements float64/u);
test('lets out a wrong label', misbehaves, 'label', /expected a label of 1 element \(scalar int32\), got 2 elements float32/u);
test('detaches its input', misbehaves, 'detaches', /detached the features/u);
test('writes into its input, where inputs are checked,', misbehaves, 'writes', /wrote into the features/u);
test('lets out nothing', misbehaves, 'nothing', /expected an example, got undefined/u);

test('a failed stream rejects with the code of what is wrong, wherever it is waited for', async t => {
	const directory = await temporaryFolder(t);
	await fs.writeFile(path.join(directory, 'images.gz'), gzipSync(idx(200)).subarray(0, -20));
	for (const shuffle of ['none', 'global'] as const) {
		const feed = await createFeed(optionsOf({data: {train: {images: 'images.gz'}}, baseDirectory: directory, batches: {size: 8, shuffle}}), {signal: never});
		t.teardown(feed.close);
		await attach(feed, {slots: 50});
		await t.throwsAsync(feed.pass(pass, {signal: never}), {code: 'GZIP_TRUNCATED'});
		await t.throwsAsync(feed.failed, {code: 'GZIP_TRUNCATED'});
	}
});

const refused = test.macro({
	async exec(t, options: Partial<FeedOptions>, code: string) {
		await t.throwsAsync(createFeed(optionsOf(options), {signal: never}), {code});
	},
	title: name => `${name} is refused on opening`,
});

test('a missing file', refused, {data: {train: {images: 'nothing.gz'}}}, 'FILE_NOT_FOUND');
test('an unknown operator', refused, {operators: ['normalise']}, 'OPERATOR_UNKNOWN');
test('a wrong option', refused, {operators: [{normalize: {form: [0, 1]}}]}, 'OPERATOR_OPTIONS');
test('a shape that does not fit', refused, {operators: [{reshape: {shape: [5]}}]}, 'OPERATOR_SPEC');
test('a module outside the folder', refused, {operators: ['../../src/operators/registry.js']}, 'OPERATOR_REFUSED');
test('an address as a module', refused, {operators: ['https://example.com/operator.js']}, 'OPERATOR_REFUSED');
test('a module that is not there', refused, {operators: ['./fixtures/none.js']}, 'FILE_NOT_FOUND');
test('a module that is no operator', refused, {operators: ['./fixtures/count-sink.js']}, 'OPERATOR_MODULE');

test('a link out of the folder is refused, and an allowed folder is not', async t => {
	const directory = await temporaryFolder(t);
	const outside = await temporaryFolder(t);
	await fs.writeFile(path.join(outside, 'operator.js'), 'export default 1;');
	await fs.symlink(path.join(outside, 'operator.js'), path.join(directory, 'operator.js'));
	await t.throwsAsync(createFeed(optionsOf({baseDirectory: directory, operators: ['./operator.js']}), {signal: never}), {code: 'OPERATOR_REFUSED'});
	await t.throwsAsync(createFeed(optionsOf({baseDirectory: directory, operators: ['./operator.js'], operatorDirectories: [outside]}), {signal: never}), {code: 'OPERATOR_MODULE'});
});

test('a module may be TypeScript under any path, and its digest is recorded', async t => {
	const directory = path.join(await temporaryFolder(t), 'a #b?c%20');
	const file = path.join(directory, 'odd.ts');
	await fs.mkdir(directory);
	await fs.writeFile(path.join(directory, 'kind.ts'), 'export const cardinality: string = "filter";');
	await fs.writeFile(file, `
		import {cardinality} from './kind.ts';
		type Spec = {count: number | undefined};
		export default {
			options: {safeParse: (data: unknown) => ({success: true, data})},
			cardinality,
			output: (spec: Spec): Spec => ({...spec, count: undefined}),
			create: () => (source: unknown) => source,
		};
	`);
	const feed = await createFeed(optionsOf({baseDirectory: directory, operators: ['./odd.ts']}), {signal: never});
	t.teardown(feed.close);
	t.regex(feed.info.operatorDigests[file]!, /^[\da-f]{64}$/u);
	const {readPass} = await attach(feed);
	t.is((await readPass()).records.length, 100);
});

test('a plain definition in a module is an operator', async t => {
	const feed = await createFeed(optionsOf({count: 20, operators: ['./fixtures/plain.js'], batches: {size: 8, shuffle: 'none'}}), {signal: never});
	t.teardown(feed.close);
	const {readPass} = await attach(feed);
	const {records} = await readPass();
	t.deepEqual(records, range(0, 20).filter(record => record % 2 === 0));
});

test('an operator draws the same for seed, epoch and record, and anew in the next epoch', async t => {
	const read = async (shuffle: 'global' | 'none') => {
		const feed = await createFeed(optionsOf({count: 20, operators: ['./fixtures/noise.js'], batches: {size: 20, shuffle}}), {signal: never});
		t.teardown(feed.close);
		const {readPass} = await attach(feed, {rows: 20});
		const epochs = [await readPass(), await readPass({epoch: 2})];
		return epochs.map(({batches: [batch]}) => new Map(batch!.records.map((record, row) => [record, batch!.features.slice(row * 16, (row + 1) * 16)])));
	};

	const inOrder = await read('none');
	const shuffled = await read('global');
	t.deepEqual(shuffled[0]!.get(7), inOrder[0]!.get(7));
	t.deepEqual(shuffled[1]!.get(7), inOrder[1]!.get(7));
	t.notDeepEqual(inOrder[0]!.get(7), inOrder[1]!.get(7));
});

test('an operator that drops what it has declared to keep is named', async t => {
	const feed = await createFeed(optionsOf({count: 20, operators: ['./fixtures/drops.js'], batches: {size: 8}}), {signal: never});
	t.teardown(feed.close);
	await attach(feed, {slots: 10});
	const error = await t.throwsAsync(feed.pass(pass, {signal: never}), {code: 'OPERATOR_CARDINALITY'});
	t.like(error, {details: {operator: './fixtures/drops.js', incoming: 20, outgoing: 19}});
});

test('an asynchronous operator keeps the order and loses nothing', async t => {
	const feed = await createFeed(optionsOf({count: 200, operators: ['./fixtures/later.js'], batches: {size: 8}}), {signal: never});
	t.teardown(feed.close);
	const plain = await createFeed(optionsOf({count: 200, batches: {size: 8}}), {signal: never});
	t.teardown(plain.close);
	const {readPass} = await attach(feed);
	const expected = await (await attach(plain)).readPass();
	t.deepEqual(await readPass(), expected);
	t.is(expected.records.length, 200);
});

test('closing ends a pass that waits for its reader', async t => {
	const feed = await createFeed(optionsOf({count: 100, batches: {size: 8}}), {signal: never});
	await attach(feed, {slots: 2});
	const passing = feed.pass(pass, {signal: never});
	passing.catch(() => undefined);
	await feed.close();
	await t.throwsAsync(passing, {code: 'ABORTED'});
	await t.throwsAsync(feed.digests(), {code: 'ABORTED'});
	await feed.close();
});

test('opening can be ended', async t => {
	await t.throwsAsync(createFeed(optionsOf(), {signal: AbortSignal.abort()}), {code: 'ABORTED'});
});

test.serial('the cache file has no name while it is used', async t => {
	// A folder of this test's own: other processes put files into the common one.
	const common = process.env['TMPDIR'];
	const own = await temporaryFolder(t);
	process.env['TMPDIR'] = own;
	t.teardown(() => {
		if (common === undefined) {
			delete process.env['TMPDIR'];
		} else {
			process.env['TMPDIR'] = common;
		}
	});
	const feed = await createFeed(optionsOf({
		count: 20_000, shape: [32, 32], memory: 16 * 1024 * 1024, batches: {size: 64},
	}), {signal: never});
	t.teardown(feed.close);
	const {readPass} = await attach(feed, {rows: 64});
	await readPass();
	t.is(os.tmpdir(), own);
	t.deepEqual(await fs.readdir(own), []);
});

test('digests are known after a whole pass', async t => {
	const directory = await temporaryFolder(t);
	await fs.writeFile(path.join(directory, 'images'), idx(20));
	const feed = await createFeed(optionsOf({data: {train: {images: 'images'}}, baseDirectory: directory, batches: {size: 8}}), {signal: never});
	t.teardown(feed.close);
	const {readPass} = await attach(feed);
	await readPass();
	const digests = await feed.digests();
	t.regex(digests[path.join(directory, 'images')]!, /^[\da-f]{64}$/u);
});

const sinkOptions = (sink: Record<string, unknown>, options: Partial<FeedOptions> & {count?: number} = {}) => ({
	...optionsOf({count: 5000, ...options}),
	sink: {
		module: new URL('fixtures/count-sink.js', import.meta.url).href, name: 'countSink', options: sink, at: ['sinks', 0, 'count'], directory: os.tmpdir(),
	},
});

test('a pipeline without a model streams into a record sink', async t => {
	const reply = await feedRecordSink(sinkOptions({}, {operators: [{take: {count: 70}}, {reshape: {shape: [16]}}]}), {signal: never});
	t.is(reply.examples, 70);
	t.like(reply.result, {count: 70, shape: [16]});
});

test('the stream waits for a slow sink', async t => {
	const reply = await feedRecordSink(sinkOptions({slow: true}, {memory: 384 * 1024, count: 20_000}), {signal: never});
	t.like(reply.result, {count: 20_000});
	const {peaks} = reply.statistics;
	t.true(peaks['between reader and sink']! > 0 && peaks['between reader and sink']! <= (48 * 1024) + 64);
	t.true(peaks['chunks in flight']! > 0 && peaks['chunks in flight']! <= 24 * 1024);
});

test('a sink that fails is told with its record', async t => {
	const error = await t.throwsAsync(feedRecordSink(sinkOptions({fails: true}), {signal: never}), {code: 'SINK_FAILED', message: /the disk is full/u});
	t.like(error, {details: {record: 5}});
});
