import {utimes, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {gzipSync} from 'node:zlib';
import test, {type ExecutionContext} from 'ava';
import {createFeed, createInThreadFeed} from '../../src/feed/create-feed.ts';
import {encodeIdxHeader} from '../../src/idx/encoder.ts';
import {sourceSchema} from '../../src/sources/schema.ts';
import {idxBytes} from '../sources/files.ts';
import {temporaryFolder} from '../helpers/temporary-folder.ts';
import {attach, never, optionsOf} from './helpers.ts';

const count = 6000;
const shape = [32, 32] as const;
const small = 4 * 1024 * 1024;

const open = async (t: ExecutionContext, images: Uint8Array, memory: number) => {
	const directory = await temporaryFolder(t);
	await writeFile(path.join(directory, 'images'), images);
	const feed = await createInThreadFeed(optionsOf({data: {train: sourceSchema.parse({images: 'images'})}, baseDirectory: directory, memory, batches: {size: 8}}), {signal: never});
	t.teardown(feed.close);
	return {directory, feed, ...await attach(feed)};
};

test('an unpacked file beyond the memory is read at permuted positions where it lies, the same as a packed one', async t => {
	const bytes = idxBytes('uint8', [count, ...shape], index => (index * 31) % 251);
	const raw = await open(t, bytes, small);
	const read = async ({readPass}: Awaited<ReturnType<typeof open>>) => {
		const {records, batches} = await readPass({epoch: 2});
		return {records, sample: batches.filter((_, index) => index % 100 === 0)};
	};

	const expected = await read(raw);
	t.deepEqual(await read(await open(t, gzipSync(bytes, {level: 1}), small)), expected);
	t.deepEqual(await read(await open(t, bytes, 1024 * 1024 * 1024)), expected);
	t.deepEqual(await read(await open(t, bytes, 2 * small)), expected, 'however much is read ahead');
});

test('what a pass reads ahead is given back for the next one', async t => {
	// More than the cache has room for, and a cache with more room than a pass takes.
	const [records, side] = [660, 256];
	const bytes = new Uint8Array(16 + (records * side * side));
	bytes.set(encodeIdxHeader({dtype: 'uint8', dimensions: [records, side, side]}));
	const {feed, readPass} = await open(t, bytes, 80 * 1024 * 1024);
	const peakOf = async (epoch: number) => {
		await readPass({epoch, fromBatch: Math.floor(records / 8)});
		return (await feed.statistics()).peaks['decoded records'];
	};

	const first = await peakOf(1);
	t.is(first, 32 * 1024 * 1024);
	t.is(await peakOf(2), first);
});

test('elements of several bytes are decoded and not read where they lie', async t => {
	const bytes = idxBytes('int16', [2000, ...shape], index => index % 30_000);
	const {readPass} = await open(t, bytes, small);
	const {batches} = await readPass();
	const {records, features} = batches[0]!;
	t.is(features[0], (records[0]! * 1024) % 30_000);
});

test('a file that is written to between two epochs is told', async t => {
	const {directory, readPass} = await open(t, idxBytes('uint8', [count, ...shape]), small);
	await readPass();
	await utimes(path.join(directory, 'images'), new Date(), new Date(1e12));
	await t.throwsAsync(readPass({epoch: 2}), {code: 'SOURCE_CHANGED'});
});

test('labels that do not fit into the memory are refused before they are read', async t => {
	await t.throwsAsync(createFeed(optionsOf({count: 1_000_000, memory: 3 * 1024 * 1024}), {signal: never}), {code: 'MEMORY_TOO_SMALL', message: /labels: 4000000/u});
});
