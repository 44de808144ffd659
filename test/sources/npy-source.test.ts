import {Buffer} from 'node:buffer';
import {writeFile} from 'node:fs/promises';
import path from 'node:path';
import test, {type ExecutionContext} from 'ava';
import * as fc from 'fast-check';
import {createSource} from '../../src/sources/create-source.ts';
import type {Source} from '../../src/sources/source.ts';
import {collect} from '../helpers/collect.ts';
import {temporaryFolder} from '../helpers/temporary-folder.ts';
import {failsWith, signal} from './files.ts';
import {sourceConformance} from './source-conformance.ts';

/** What numpy.save writes: the header is padded so that the data starts at a multiple of 64. */
const npy = (descr: string, shape: readonly number[], data: Uint8Array, {version = 1, order = 'False'}: {readonly version?: number; readonly order?: string} = {}): Uint8Array => {
	const head = version === 1 ? 10 : 12;
	const text = `{'descr': '${descr}', 'fortran_order': ${order}, 'shape': (${shape.join(', ')}${shape.length === 1 ? ',' : ''}), }`;
	const length = (Math.ceil((head + text.length + 1) / 64) * 64) - head;
	const start = Buffer.alloc(head);
	start.set([0x93, 0x4E, 0x55, 0x4D, 0x50, 0x59, version, 0]);
	if (version === 1) {
		start.writeUInt16LE(length, 8);
	} else {
		start.writeUInt32LE(length, 8);
	}

	return Buffer.concat([start, Buffer.from(`${text.padEnd(length - 1)}\n`), data]);
};

const writers: Readonly<Record<string, (view: DataView, offset: number, value: number, little: boolean) => void>> = {
	b1(view, offset, value) {
		view.setUint8(offset, value);
	},
	u1(view, offset, value) {
		view.setUint8(offset, value);
	},
	i1(view, offset, value) {
		view.setInt8(offset, value);
	},
	u2(view, offset, value, little) {
		view.setUint16(offset, value, little);
	},
	i2(view, offset, value, little) {
		view.setInt16(offset, value, little);
	},
	u4(view, offset, value, little) {
		view.setUint32(offset, value, little);
	},
	i4(view, offset, value, little) {
		view.setInt32(offset, value, little);
	},
	u8(view, offset, value, little) {
		view.setBigUint64(offset, BigInt(value), little);
	},
	i8(view, offset, value, little) {
		view.setBigInt64(offset, BigInt(value), little);
	},
	f4(view, offset, value, little) {
		view.setFloat32(offset, value, little);
	},
	f8(view, offset, value, little) {
		view.setFloat64(offset, value, little);
	},
};

const encode = (descr: string, values: readonly number[]): Uint8Array => {
	const code = descr.slice(1);
	const width = Number(code.slice(1));
	const bytes = new Uint8Array(values.length * width);
	for (const [index, value] of values.entries()) {
		writers[code]!(new DataView(bytes.buffer), index * width, value, !descr.startsWith('>'));
	}

	return bytes;
};

const sourceOf = async (t: ExecutionContext, images: Uint8Array, labels?: Uint8Array, classes?: string[]): Promise<Source> => {
	const directory = await temporaryFolder(t);
	await writeFile(path.join(directory, 'images.npy'), images);
	if (labels !== undefined) {
		await writeFile(path.join(directory, 'labels.npy'), labels);
	}

	return createSource({npy: 'images.npy', ...(labels && {labels: 'labels.npy'}), ...(classes && {classes})}, {
		dataDirectory: undefined, baseDirectory: directory, loadModule: async () => undefined,
	});
};

const readAll = async (source: Source, chunkBytes = 1e9): Promise<{features: number[]; labels: number[]}> => {
	const chunks = await collect(source.chunks({signal: signal(), chunkBytes}));
	return {features: chunks.flatMap(({features}) => [...features]), labels: chunks.flatMap(({labels}) => [...labels])};
};

sourceConformance('a NumPy array with labels', {
	create: async t => sourceOf(t, npy('|u1', [9, 2, 3], Uint8Array.from({length: 54}, (_, index) => index)), npy('<i8', [9], encode('<i8', [0, 1, 2, 0, 1, 2, 0, 1, 2])), ['a', 'b', 'c']),
	hasDigests: true,
});

sourceConformance('a NumPy array of big-endian floats and label vectors', {
	create: async t => sourceOf(t, npy('>f4', [5, 2], encode('>f4', [1, 2, 3, 4, 5, 6, 7, 8, 9, 0.5]), {version: 2}), npy('<f8', [5, 2], encode('<f8', [1, 0, 0, 1, 1, 0, 0, 1, 1, 0]))),
	hasDigests: true,
});

for (const [code, values, dtype] of [
	['b1', [0, 1, 1, 0], 'uint8'],
	['u1', [0, 255, 7, 8], 'uint8'],
	['i1', [-128, 127, 0, -1], 'int8'],
	['u2', [0, 65_535, 1, 2], 'int32'],
	['i2', [-32_768, 32_767, 1, 2], 'int16'],
	['u4', [0, 4_294_967_295, 1, 2], 'float64'],
	['i4', [-2_147_483_648, 2_147_483_647, 0, 1], 'int32'],
	['u8', [0, 9_007_199_254_740_991, 1, 2], 'float64'],
	['i8', [-9_007_199_254_740_991, 5, 1, 2], 'float64'],
	['f4', [0.5, -1.25, 3, 2 ** 60], 'float32'],
	['f8', [0.1, -1e300, 3, 4], 'float64'],
] as const) {
	test(`elements ${code} are read in either byte order, exactly`, async t => {
		for (const order of ['<', '>']) {
			const source = await sourceOf(t, npy(order + code, [2, 2], encode(order + code, values)));
			t.deepEqual((await source.describe({signal: signal()})).features, {shape: [2], dtype});
			t.deepEqual((await readAll(source)).features, [...values]);
		}
	});
}

test('half precision becomes float32', async t => {
	// 1, −2, 0.5, the smallest and the largest number of binary16.
	const source = await sourceOf(t, npy('<f2', [5], Uint8Array.from([0x00, 0x3C, 0x00, 0xC0, 0x00, 0x38, 0x01, 0x00, 0xFF, 0x7B])));
	t.deepEqual((await readAll(source)).features, [1, -2, 0.5, 2 ** -24, 65_504]);
});

test('records are the same for any version of the header and any size of the chunks', async t => {
	const values = Array.from({length: 30}, (_, index) => index * 3);
	for (const version of [1, 2, 3]) {
		const source = await sourceOf(t, npy('<u2', [10, 3], encode('<u2', values), {version}));
		t.deepEqual((await readAll(source, 1)).features, values);
	}
});

test('a .npy file that is cut anywhere is refused', async t => {
	const whole = npy('<i2', [3, 2], encode('<i2', [1, 2, 3, 4, 5, 6]));
	for (let length = 1; length < whole.length; length++) {
		const source = await sourceOf(t, whole.subarray(0, length));
		await failsWith(t, readAll(source), 'NPY_TRUNCATED');
	}

	const longer = await sourceOf(t, Buffer.concat([whole, Buffer.of(0)]));
	await failsWith(t, readAll(longer), 'NPY_TRAILING', {offset: whole.length});
});

const one = encode('<u2', [1]);
for (const [title, bytes, reason] of [
	['a structured type', npy('x', [1], one), /elements "x"/u],
	['complex numbers', npy('<c8', [1], new Uint8Array(8)), /elements "<c8"/u],
	['objects', npy('|O', [1], new Uint8Array(8)), /elements "\|O"/u],
	['Fortran order', npy('<u2', [1], one, {order: 'True'}), /ascontiguousarray/u],
	['no records', npy('<u2', [0, 4], new Uint8Array(0)), /holds no records/u],
	['a single number', npy('<u2', [], one), /holds no records/u],
	['another version', npy('<u2', [1], one, {version: 4}), /version 4/u],
	['a record of gigabytes', npy('<u2', [1, 65_536, 65_536], one), /a record may have/u],
	['something else', Buffer.from('<!DOCTYPE html><html></html>'), /NUMPY/u],
] as const) {
	test(`${title}: refused with the reason`, async t => {
		const error = await t.throwsAsync(readAll(await sourceOf(t, bytes)), {code: 'NPY_HEADER'});
		t.regex(error!.message, reason);
	});
}

test('a label out of range and a number that is not finite are refused with record and byte', async t => {
	const images = npy('<f4', [2], encode('<f4', [1, 2]));
	await failsWith(t, readAll(await sourceOf(t, images, npy('|u1', [2], Uint8Array.of(0, 7)), ['a', 'b'])), 'LABEL_RANGE', {record: 1, offset: 129, label: 7});
	await failsWith(t, readAll(await sourceOf(t, npy('<f4', [3, 2], encode('<f4', [1, 2, 3, Number.NaN, 5, 6])))), 'NPY_VALUE', {record: 1, offset: 140});
	await failsWith(t, readAll(await sourceOf(t, images, npy('|u1', [3], Uint8Array.of(0, 1, 1)))), 'LENGTHS_DIFFER', {imageCount: 2, labelCount: 3});
	await failsWith(t, readAll(await sourceOf(t, images, npy('<i8', [2], encode('<i8', [1, 4_294_967_296])))), 'NPY_VALUE', {record: 1});
});

test('a header of random bytes is an error and nothing else', async t => {
	await fc.assert(fc.asyncProperty(fc.uint8Array({minLength: 1, maxLength: 120}), async noise => {
		const bytes = Buffer.concat([Buffer.from([0x93, 0x4E, 0x55, 0x4D, 0x50, 0x59]), noise]);
		const source = await sourceOf(t, bytes);
		const error = await t.throwsAsync(readAll(source));
		return ['NPY_HEADER', 'NPY_TRUNCATED'].includes((error as {code?: string}).code ?? '');
	}), {numRuns: Number(process.env['THREADLOOM_RUNS'] ?? 30)});
});

test('a record and its label are located by file and byte', async t => {
	const source = await sourceOf(t, npy('|u1', [2, 3], Uint8Array.of(1, 2, 3, 4, 5, 6)), npy('<i8', [2], encode('<i8', [0, 1])));
	t.is(source.locate!(1), undefined, 'nothing was read yet');
	await source.describe({signal: signal()});
	t.regex(JSON.stringify(source.locate!(1)), /images\.npy","offset":131\}$/u);
	t.regex(JSON.stringify(source.locate!(1, 'label')), /labels\.npy","offset":136\}$/u);
});
