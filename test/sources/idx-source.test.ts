import {createHash} from 'node:crypto';
import {
	readFile, rename, truncate, writeFile,
} from 'node:fs/promises';
import path from 'node:path';
import {gzipSync} from 'node:zlib';
import test from 'ava';
import {idxSource} from '../../src/sources/idx-source.ts';
import type {RecordChunk} from '../../src/tensor/example.ts';
import type {Source} from '../../src/sources/source.ts';
import {collect, drainIterator} from '../helpers/collect.ts';
import {temporaryFolder} from '../helpers/temporary-folder.ts';
import {failsWith, idxBytes, signal, writePair} from './files.ts';

const pass = async (source: Source, chunkBytes = 20): Promise<RecordChunk[]> => collect(source.chunks({signal: signal(), chunkBytes}));
const sha256 = async (file: string): Promise<string> => createHash('sha256').update(await readFile(file)).digest('hex');

test('images and labels arrive side by side', async t => {
	const source = idxSource({id: 'pair', ...(await writePair(await temporaryFolder(t))), classes: ['a', 'b', 'c']});
	t.deepEqual(await source.describe({signal: signal()}), {
		features: {shape: [3, 2], dtype: 'uint8'},
		label: {shape: [], dtype: 'int32'},
		count: 10,
		classes: ['a', 'b', 'c'],
	});
	const chunks = await pass(source);
	t.deepEqual(chunks.map(({first, count}) => [first, count]), [[0, 2], [2, 2], [4, 2], [6, 2], [8, 2]]);
	t.deepEqual(chunks[4], {
		source: 'pair',
		first: 8,
		count: 2,
		features: Uint8Array.from({length: 12}, (_, index) => (48 + index) * 7),
		labels: Int32Array.of(2, 0),
	});
});

test('without labels every label is 0', async t => {
	const {images} = await writePair(await temporaryFolder(t), 3);
	const [chunk] = await pass(idxSource({id: 'images', images}), 1000);
	t.deepEqual(chunk?.labels, new Int32Array(3));
});

test('labels of floats and of vectors keep their type and shape; a vector of one integer is a class index', async t => {
	const directory = await temporaryFolder(t);
	const {images} = await writePair(directory, 2);
	for (const [dtype, dimensions, label] of [
		['float32', [2], {shape: [], dtype: 'float32'}],
		['uint8', [2, 4], {shape: [4], dtype: 'uint8'}],
		['int16', [2, 1], {shape: [], dtype: 'int32'}],
		['int32', [2], {shape: [], dtype: 'int32'}],
	] as const) {
		const labels = path.join(directory, `${dtype}-${dimensions.length}`);
		await writeFile(labels, idxBytes(dtype, dimensions));
		const source = idxSource({id: 'x', images, labels});
		const spec = await source.describe({signal: signal()});
		t.deepEqual(spec.label, {shape: [...label.shape], dtype: label.dtype});
		const chunks = await pass(source);
		t.deepEqual(chunks.flatMap(chunk => [...chunk.labels]), Array.from({length: dimensions[1] === 4 ? 8 : 2}, (_, index) => index * 7));
	}
});

test('unequal numbers of records are refused before the first leaves', async t => {
	const {images, labels} = await writePair(await temporaryFolder(t), 10, 9);
	const source = idxSource({id: 'x', images, labels});
	const details = {
		images, labels, imageCount: 10, labelCount: 9,
	};
	await failsWith(t, source.describe({signal: signal()}), 'LENGTHS_DIFFER', details);
	const chunks = source.chunks({signal: signal(), chunkBytes: 1})[Symbol.asyncIterator]();
	await failsWith(t, chunks.next(), 'LENGTHS_DIFFER', details);
});

test('a label outside the classes is refused with its record and byte', async t => {
	const {images, labels} = await writePair(await temporaryFolder(t));
	const source = idxSource({
		id: 'x', images, labels, classes: ['a', 'b'],
	});
	await failsWith(t, pass(source), 'LABEL_RANGE', {
		path: labels, record: 2, offset: 8 + 2, label: 2, classes: 2,
	});
	const negative = path.join(path.dirname(labels), 'negative');
	await writeFile(negative, idxBytes('int32', [10], index => (index === 7 ? -1 : 0)));
	await failsWith(t, pass(idxSource({
		id: 'x', images, labels: negative, classes: ['a'],
	})), 'LABEL_RANGE', {record: 7, offset: 8 + 28, label: -1});
});

test('a wrong digest is refused at the end of the pass, before the last chunk', async t => {
	const {images, labels} = await writePair(await temporaryFolder(t));
	const right = {images: await sha256(images), labels: await sha256(labels)};
	const source = idxSource({
		id: 'x', images, labels, sha256: right,
	});
	const whole = await pass(source);
	t.is(whole.length, 5);
	t.deepEqual(source.digests(), {[images]: right.images, [labels]: right.labels});
	const wrong = '0'.repeat(64);
	const seen: number[] = [];
	const failing = async (): Promise<void> => {
		for await (const {first} of idxSource({
			id: 'x', images, labels, sha256: {labels: wrong},
		}).chunks({signal: signal(), chunkBytes: 20})) {
			seen.push(first);
		}
	};

	await failsWith(t, failing(), 'SHA256_MISMATCH', {path: labels, expected: wrong, actual: right.labels});
	t.deepEqual(seen, [0, 2, 4, 6]);
});

test('a part of a pinned file is checked against the digest of the whole', async t => {
	const directory = await temporaryFolder(t);
	const images = path.join(directory, 'large');
	await writeFile(images, idxBytes('uint8', [1000, 1000]));
	const pinned = (digest: string): Source => idxSource({
		id: 'x', images, sha256: {images: digest}, take: 3,
	});
	const chunks = await pass(pinned(await sha256(images)), 1e6);
	t.deepEqual(chunks.map(({count, features}) => [count, features.length]), [[3, 3000]]);
	await failsWith(t, pass(pinned('0'.repeat(64))), 'SHA256_MISMATCH', {path: images});
});

test('a truncated label file is refused with its byte offset', async t => {
	const {images, labels} = await writePair(await temporaryFolder(t));
	const plain = path.join(path.dirname(labels), 'plain');
	await writeFile(plain, idxBytes('uint8', [10]).subarray(0, 15));
	await failsWith(t, pass(idxSource({id: 'x', images, labels: plain})), 'IDX_TRUNCATED', {
		path: plain, expected: 18, got: 15, record: 7,
	});
	await truncate(labels, 20);
	await failsWith(t, pass(idxSource({id: 'x', images, labels})), 'GZIP_TRUNCATED', {path: labels, offset: 20});
});

test('a file that is replaced in the middle of a pass is SOURCE_CHANGED', async t => {
	const {images, labels} = await writePair(await temporaryFolder(t));
	const chunks = idxSource({id: 'x', images, labels}).chunks({signal: signal(), chunkBytes: 20})[Symbol.asyncIterator]();
	await chunks.next();
	await writeFile(`${images}.new`, gzipSync(idxBytes('uint8', [10, 3, 2], () => 1)));
	await rename(`${images}.new`, images);
	await failsWith(t, drainIterator(chunks), 'SOURCE_CHANGED', {path: images});
});

test('a file that changed explains what its bytes looked like', async t => {
	const directory = await temporaryFolder(t);
	const images = path.join(directory, 'images');
	await writeFile(images, idxBytes('uint8', [1000, 1000]));
	const source = idxSource({id: 'x', images});
	await source.describe({signal: signal()});
	const chunks = source.chunks({signal: signal(), chunkBytes: 1000})[Symbol.asyncIterator]();
	await chunks.next();
	await truncate(images, 500_000);
	await failsWith(t, drainIterator(chunks), 'SOURCE_CHANGED', {path: images});
});

test('a part of no records is refused when the source is made', t => {
	t.throws(() => idxSource({id: 'x', images: 'x', take: 0}), {instanceOf: RangeError});
});

test('describing reads the headers only', async t => {
	const directory = await temporaryFolder(t);
	const images = path.join(directory, 'images');
	await writeFile(images, idxBytes('float64', [2, 3]).subarray(0, 12));
	t.deepEqual(await idxSource({id: 'x', images}).describe({signal: signal()}), {
		features: {shape: [3], dtype: 'float64'},
		label: {shape: [], dtype: 'int32'},
		count: 2,
	});
});
