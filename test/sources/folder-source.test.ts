import {Buffer} from 'node:buffer';
import {
	mkdir, rm, symlink, truncate, writeFile,
} from 'node:fs/promises';
import path from 'node:path';
import {deflateSync} from 'node:zlib';
import test, {type ExecutionContext} from 'ava';
import {encode} from 'fast-png';
import jpeg from 'jpeg-js';
import {createSource} from '../../src/sources/create-source.ts';
import {decodeImage, withChannels} from '../../src/sources/images/decode-image.ts';
import type {Source} from '../../src/sources/source.ts';
import type {SourceConfig} from '../../src/sources/schema.ts';
import {collect} from '../helpers/collect.ts';
import {temporaryFolder} from '../helpers/temporary-folder.ts';
import {failsWith, signal} from './files.ts';
import {sourceConformance} from './source-conformance.ts';

const png = (width: number, height: number, values: readonly number[], channels = 1): Uint8Array =>
	encode({width, height, channels, depth: 8, data: Uint8Array.from(values)});

type Files = Readonly<Record<string, Uint8Array | string>>;

const write = async (t: ExecutionContext, files: Files): Promise<string> => {
	const root = await temporaryFolder(t);
	for (const [name, content] of Object.entries(files)) {
		await mkdir(path.join(root, path.dirname(name)), {recursive: true});
		await writeFile(path.join(root, name), content);
	}

	return root;
};

const sourceOf = async (t: ExecutionContext, files: Files, options: Partial<Extract<SourceConfig, {folder: string}>> = {}): Promise<Source> =>
	createSource({folder: '.', colorMode: 'grayscale', ...options}, {dataDirectory: undefined, baseDirectory: await write(t, files), loadModule: async () => undefined});

const readAll = async (source: Source): Promise<{features: number[]; labels: number[]}> => {
	const chunks = await collect(source.chunks({signal: signal(), chunkBytes: 1e9}));
	return {features: chunks.flatMap(({features}) => [...features]), labels: chunks.flatMap(({labels}) => [...labels])};
};

const animals: Files = {
	'cats/b.png': png(2, 1, [3, 4]),
	'cats/a.PNG': png(2, 1, [1, 2]),
	'cats/old/z.png': png(2, 1, [5, 6]),
	'birds/1.png': png(2, 1, [7, 8]),
	'birds/.hidden.png': 'no image',
	'birds/notes.txt': 'no image',
	'empty/readme.md': 'no image',
};

sourceConformance('a folder of images by class', {create: async t => sourceOf(t, animals), hasDigests: true});

test('folders are classes by name, files are in the order of their names, and other files are passed over', async t => {
	const source = await sourceOf(t, animals);
	const spec = await source.describe({signal: signal()});
	t.deepEqual(spec, {features: {shape: [1, 2], dtype: 'uint8'}, label: {shape: [], dtype: 'int32'}, count: 4, classes: ['birds', 'cats']});
	t.deepEqual(await readAll(source), {features: [7, 8, 1, 2, 3, 4, 5, 6], labels: [0, 1, 1, 1]});
});

test('classes that are named decide the numbers, may be without images, and leave no folder out', async t => {
	const classes = ['dogs', 'cats', 'empty', 'birds'];
	const source = await sourceOf(t, animals, {classes});
	t.deepEqual((await source.describe({signal: signal()})).classes, classes);
	t.deepEqual(await readAll(source), {features: [1, 2, 3, 4, 5, 6, 7, 8], labels: [1, 1, 1, 3]});
	await failsWith(t, readAll(await sourceOf(t, animals, {classes: ['cats', 'bird']})), 'FOLDER_CLASS', {classes: ['cats', 'bird']});
});

test('colours have three channels, and transparency is left out', async t => {
	const source = await sourceOf(t, {'a/1.png': png(1, 1, [10, 20, 30, 99], 4), 'a/2.png': png(1, 1, [7, 99], 2)}, {colorMode: 'rgb'});
	t.deepEqual((await source.describe({signal: signal()})).features.shape, [1, 1, 3]);
	t.deepEqual((await readAll(source)).features, [10, 20, 30, 7, 7, 7]);
});

test('grey is the luma of the colours', async t => {
	const {features} = await readAll(await sourceOf(t, {'a/1.png': png(3, 1, [255, 0, 0, 0, 255, 0, 0, 0, 255], 3)}));
	t.deepEqual(features, [76, 150, 29]);
});

test('JPEG files are read whatever their name says', async t => {
	const grey = Uint8Array.from({length: 64 * 4}, (_, index) => (index % 4 === 3 ? 255 : 120));
	const {features} = await readAll(await sourceOf(t, {'a/1.png': jpeg.encode({width: 8, height: 8, data: grey}, 95).data}));
	t.is(features.length, 64);
	t.true(features.every(value => Math.abs(value - 120) <= 2), `received ${features.join(' ')}`);
});

test('images of several sizes are scaled on request and refused otherwise', async t => {
	const files = {'a/1.png': png(2, 1, [0, 100]), 'a/2.png': png(4, 1, [0, 20, 40, 60])};
	const {features} = await readAll(await sourceOf(t, files, {imageSize: [1, 2]}));
	t.deepEqual(features, [0, 100, 10, 50]);
	await failsWith(t, readAll(await sourceOf(t, files)), 'IMAGE_SIZE', {record: 1, expected: '1 × 2', received: '1 × 4'});
});

const fixtures: Array<readonly [string, Uint8Array | string, RegExp]> = [
	['text', 'hello, this is no image at all', /neither PNG nor JPEG/u],
	['a cut PNG', png(2, 1, [1, 2]).subarray(0, 50), /ends within a chunk/u],
	['a cut JPEG', jpeg.encode({width: 8, height: 8, data: new Uint8Array(256)}, 90).data.subarray(0, 200), /./u],
];
for (const [title, bytes, reason] of fixtures) {
	test(`${title}: refused with its record and reason`, async t => {
		const source = await sourceOf(t, {'a/1.png': png(2, 1, [1, 2]), 'a/2.png': bytes});
		const error = await t.throwsAsync(readAll(source), {code: 'IMAGE_UNREADABLE'});
		t.regex(error!.message, reason);
		t.is((error as unknown as {details: {record: number}}).details.record, 1); // Its details are those of its code.
	});
}

test('a PNG with a wrong checksum is refused', t => {
	const bytes = Buffer.from(png(2, 2, [1, 2, 3, 4]));
	bytes[bytes.indexOf('IDAT') + 5]! ^= 0xFF;
	t.throws(() => decodeImage(bytes));
});

const chunk = (type: string, data: Uint8Array): Buffer => {
	const head = Buffer.alloc(8);
	head.writeUInt32BE(data.length);
	head.write(type, 4, 'latin1');
	return Buffer.concat([head, data, Buffer.alloc(4)]);
};

const header = (width: number, height: number): Buffer => {
	const data = Buffer.alloc(13);
	data.writeUInt32BE(width);
	data.writeUInt32BE(height, 4);
	data[8] = 8;
	return data;
};

const signature = Buffer.from([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]);

test('an image that would unpack to far more than it declares is not unpacked, and a huge one not begun', t => {
	const bomb = Buffer.concat([signature, chunk('IHDR', header(2, 2)), chunk('IDAT', deflateSync(Buffer.alloc(256 * 1024 * 1024))), chunk('IEND', Buffer.alloc(0))]);
	const before = process.memoryUsage().arrayBuffers;
	t.throws(() => decodeImage(bomb), {code: 'ERR_BUFFER_TOO_LARGE'});
	t.true(process.memoryUsage().arrayBuffers - before < 32 * 1024 * 1024);
	const huge = Buffer.concat([signature, chunk('IHDR', header(100_000, 100_000)), chunk('IDAT', deflateSync(Buffer.alloc(10))), chunk('IEND', Buffer.alloc(0))]);
	t.throws(() => decodeImage(huge), {message: /100000 × 100000 pixels/u});
});

test('palettes and 16 bits a sample become bytes', t => {
	const sixteen = encode({width: 2, height: 1, channels: 1, depth: 16, data: Uint16Array.of(0x12_34, 0xFF_00)});
	t.deepEqual([...withChannels(decodeImage(sixteen), 1).data], [0x12, 0xFF]);
	const palette = encode({width: 2, height: 1, channels: 1, depth: 8, data: Uint8Array.of(1, 0), palette: [[1, 2, 3], [4, 5, 6]]});
	t.deepEqual([...withChannels(decodeImage(palette), 3).data], [4, 5, 6, 1, 2, 3]);
});

test('a folder without images, one that is missing and a link to nowhere end with their code', async t => {
	await failsWith(t, readAll(await sourceOf(t, {'a/readme.txt': 'x'})), 'FOLDER_EMPTY', {exitCode: 66});
	await failsWith(t, readAll(await sourceOf(t, {}, {folder: 'nowhere'})), 'FILE_NOT_FOUND', {exitCode: 66});
	const root = await write(t, {'a/1.png': png(1, 1, [1])});
	await symlink('/nowhere', path.join(root, 'a/2.png'));
	const source = await createSource({folder: root, colorMode: 'grayscale'}, {dataDirectory: undefined, baseDirectory: '/', loadModule: async () => undefined});
	await failsWith(t, readAll(source), 'FILE_NOT_FOUND', {exitCode: 66});
});

test('images that cannot be read are left out on request, whatever is wrong with them', async t => {
	const root = await write(t, {...animals, 'cats/c.png': '', 'cats/d.png': 'no image', 'cats/e.png': png(1, 1, [9])});
	await truncate(path.join(root, 'cats/d.png'), (64 * 1024 * 1024) + 1);
	await symlink('/dev/null', path.join(root, 'cats/f.png'));
	const source = await createSource({folder: '.', colorMode: 'grayscale'}, {dataDirectory: undefined, baseDirectory: root, loadModule: async () => undefined});
	await failsWith(t, readAll(source), 'EMPTY');
	for (const _ of [1, 2]) {
		const rejected: Array<readonly [number, string]> = [];
		await collect(source.chunks({
			signal: signal(), chunkBytes: 1e9, reject({record, code}) {
				rejected.push([record, code]);
			},
		}));
		t.deepEqual(rejected, [[3, 'EMPTY'], [4, 'IMAGE_UNREADABLE'], [5, 'IMAGE_SIZE'], [6, 'NOT_A_FILE']]);
	}

	await rm(path.join(root, 'cats/c.png'));
	await failsWith(t, collect(source.chunks({signal: signal(), chunkBytes: 1e9, reject() {}})), 'FILE_NOT_FOUND', {exitCode: 66});
});

test('a file that changes between two passes is told', async t => {
	const root = await write(t, animals);
	const source = await createSource({folder: root, colorMode: 'grayscale'}, {dataDirectory: undefined, baseDirectory: '/', loadModule: async () => undefined});
	await readAll(source);
	await writeFile(path.join(root, 'cats/b.png'), png(2, 1, [9, 9]));
	await failsWith(t, readAll(source), 'SOURCE_CHANGED');
});
