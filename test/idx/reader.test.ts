import process from 'node:process';
import test, {type ExecutionContext} from 'ava';
import fc from 'fast-check';
import type {ErrorCode} from '../../src/errors/catalogue.ts';
import {ThreadloomError} from '../../src/errors/threadloom-error.ts';
import type {BlockOptions, IdxBlock} from '../../src/idx/block-decoder.ts';
import {encodeIdxHeader, encodeIdxRecords} from '../../src/idx/encoder.ts';
import {idxTypes, parseIdxHeader} from '../../src/idx/header.ts';
import {openIdx} from '../../src/idx/reader.ts';
import {allocate, viewOf, type DType} from '../../src/tensor/dtypes.ts';
import {collect} from '../helpers/collect.ts';
import {readWhole} from './oracle.ts';

const path = 'x.idx';
const ignore = (): void => undefined;

/** Cuts bytes into pieces of the given lengths, over and over. */
async function * cut(bytes: Uint8Array, lengths: readonly number[]): AsyncGenerator<Uint8Array> {
	for (let offset = 0, turn = 0; offset < bytes.length; turn++) {
		const length = lengths[turn % lengths.length]!;
		yield bytes.subarray(offset, offset + length);
		offset += length;
	}
}

const readAll = async (
	bytes: Uint8Array,
	lengths: readonly number[] = [bytes.length],
	{recordsPerBlock = 3, ...options}: Partial<Omit<BlockOptions, 'path'>> = {},
): Promise<{dtype: DType; dimensions: readonly number[]; blocks: IdxBlock[]; values: number[]}> => {
	const {header, blocks} = await openIdx(cut(bytes, lengths), {path});
	const all = await collect(blocks({recordsPerBlock, ...options}));
	return {
		dtype: header.dtype, dimensions: header.dimensions, blocks: all, values: all.flatMap(({values}) => [...values]),
	};
};

const fails = async (t: ExecutionContext, work: Promise<unknown>, code: ErrorCode, details: Readonly<Record<string, unknown>> = {}): Promise<void> => {
	const error = await t.throwsAsync(work, {instanceOf: ThreadloomError});
	t.is(error?.code, code);
	t.deepEqual({...error?.details, path, ...details}, {...error?.details});
	t.is(error?.exitCode, 65);
};

const file = (dtype: DType, dimensions: readonly number[], fill: (index: number) => number = index => index): Uint8Array => {
	const values = allocate(dtype, dimensions.reduce((product, dimension) => product * dimension, 1));
	for (let index = 0; index < values.length; index++) {
		values[index] = fill(index);
	}

	return Uint8Array.from([...encodeIdxHeader({dtype, dimensions}), ...encodeIdxRecords(values)]);
};

const lengths = fc.array(fc.integer({min: 1, max: 9}), {minLength: 1, maxLength: 8});
const idxFile = fc.tuple(
	fc.constantFrom(...idxTypes.values()),
	fc.array(fc.integer({min: 1, max: 4}), {minLength: 1, maxLength: 5}),
	fc.uint8Array({minLength: 8192, maxLength: 8192}),
).map(([dtype, dimensions, random]) => {
	const header = encodeIdxHeader({dtype, dimensions});
	const size = allocate(dtype, dimensions.reduce((product, dimension) => product * dimension, 1)).byteLength;
	return Uint8Array.from([...header, ...random.subarray(0, size)]);
});

test('any file in any pieces decodes to what the whole file holds', async t => {
	await fc.assert(fc.asyncProperty(idxFile, lengths, fc.integer({min: 1, max: 7}), async (bytes, pieces, recordsPerBlock) => {
		const {dtype, dimensions, values, blocks} = await readAll(bytes, pieces, {recordsPerBlock, onNonFinite: ignore});
		t.deepEqual({dtype, dimensions: [...dimensions], values}, readWhole(bytes));
		t.deepEqual(blocks.map(({first}) => first), blocks.map((_, index) => index * recordsPerBlock));
		t.true(blocks.every(({count}, index) => index === blocks.length - 1 || count === recordsPerBlock));
	}), {numRuns: 150});
});

test('what the encoder writes is what the decoder reads, bit for bit', async t => {
	await fc.assert(fc.asyncProperty(fc.constantFrom(...idxTypes.values()), fc.uint8Array({minLength: 8, maxLength: 64}), async (dtype, noise) => {
		const width = allocate(dtype, 1).byteLength;
		const values = viewOf(dtype, new Uint8Array(noise).buffer, 0, Math.floor(noise.length / width));
		const before = new Uint8Array(values.buffer);
		const bytes = Uint8Array.from([...encodeIdxHeader({dtype, dimensions: [values.length]}), ...encodeIdxRecords(values)]);
		const {blocks} = await readAll(bytes, [5], {recordsPerBlock: 1000, onNonFinite: ignore});
		const read = blocks[0]!.values;
		t.deepEqual(new Uint8Array(read.buffer, read.byteOffset, read.byteLength), before.slice(0, read.byteLength));
		t.deepEqual(new Uint8Array(values.buffer), before);
	}), {numRuns: 60});
});

test('eight dimensions are read and one-byte pieces change nothing', async t => {
	const bytes = file('int16', [5, 1, 2, 1, 3, 1, 1, 2], index => (index * 977) - 30_000);
	const {values} = await readAll(bytes, [1]);
	t.deepEqual(values, readWhole(bytes)?.values);
});

test('every magic but the defined ones is refused at its byte', t => {
	for (let dtype = 0; dtype < 256; dtype++) {
		for (let rank = 0; rank < 256; rank++) {
			const bytes = new Uint8Array([0, 0, dtype, rank]);
			if (idxTypes.has(dtype) && rank >= 1 && rank <= 8) {
				if (parseIdxHeader(bytes, {path}) !== undefined) {
					t.fail(`${dtype} ${rank}`);
				}
			} else {
				const error = t.throws(() => parseIdxHeader(bytes, {path}), {instanceOf: ThreadloomError}, `${dtype} ${rank}`);
				if (error?.code !== 'IDX_MAGIC' || error.details['offset'] !== (idxTypes.has(dtype) ? 3 : 2)) {
					t.fail(`${dtype} ${rank}: ${error?.message}`);
				}
			}
		}
	}
});

test('a first byte that is not 0 is refused before anything else is read', async t => {
	await fails(t, openIdx(cut(new Uint8Array([1]), [1]), {path}), 'IDX_MAGIC', {offset: 0, byte: 1});
	await fails(t, openIdx(cut(new Uint8Array([0, 7]), [1]), {path}), 'IDX_MAGIC', {offset: 1, byte: 7});
});

const header = (...dimensions: readonly number[]): Uint8Array => {
	const bytes = new Uint8Array(4 + (4 * dimensions.length));
	bytes.set([0, 0, 0x0D, dimensions.length]);
	const view = new DataView(bytes.buffer);
	for (const [axis, dimension] of dimensions.entries()) {
		view.setUint32(4 + (4 * axis), dimension);
	}

	return bytes;
};

const refusesDimensions = test.macro({
	title: (_, dimensions: readonly number[]) => `dimensions ${dimensions.join(' × ')} of float32 are refused without allocating`,
	async exec(t, dimensions: readonly number[], offset: number) {
		const before = process.memoryUsage();
		await fails(t, openIdx(cut(header(...dimensions), [100]), {path}), 'IDX_DIMENSION', {offset});
		const after = process.memoryUsage();
		t.true(after.arrayBuffers - before.arrayBuffers < 5e6);
	},
});

test.serial(refusesDimensions, [0], 4);
test.serial(refusesDimensions, [5, 0], 8);
test.serial(refusesDimensions, [1, 65_536, 65_536], 8);
test.serial(refusesDimensions, [1, 0xFF_FF_FF_FF], 8);
test.serial(refusesDimensions, [1, (16 * 1024 * 1024) + 1], 8);
test.serial(refusesDimensions, [0xFF_FF_FF_FF, 16 * 1024 * 1024], 4);
test.serial(refusesDimensions, Array.from({length: 8}, () => 0xFF_FF_FF_FF), 8);

test('a declared length that never comes costs no memory of its size', async t => {
	const before = process.memoryUsage().arrayBuffers;
	await fails(t, (async () => {
		const {blocks} = await openIdx(cut(header(0xFF_FF_FF_FF, 1024), [100]), {path});
		await collect(blocks({recordsPerBlock: 16}));
	})(), 'IDX_TRUNCATED', {expected: 12 + (0xFF_FF_FF_FF * 4096), got: 12, record: 0});
	t.true(process.memoryUsage().arrayBuffers - before < 20e6);
});

test('every cut point names the bytes that were expected and those that came', async t => {
	const bytes = file('int32', [4, 3]);
	for (let length = 0; length < bytes.length; length++) {
		const expected = length < 4 ? 4 : (length < 12 ? 12 : bytes.length);
		await fails(t, readAll(bytes.subarray(0, length), [7]), 'IDX_TRUNCATED', {expected, got: length});
	}
});

test('one byte after the last record is refused, and the last block never leaves', async t => {
	const bytes = Uint8Array.from([...file('uint8', [4, 3]), 0]);
	const {blocks} = await openIdx(cut(bytes, [64]), {path});
	const seen: number[] = [];
	await fails(t, (async () => {
		for await (const {first} of blocks({recordsPerBlock: 2})) {
			seen.push(first);
		}
	})(), 'IDX_TRAILING', {offset: 24});
	t.deepEqual(seen, [0]);
});

for (const dtype of ['float32', 'float64'] as const) {
	test(`${dtype}: a number that is not finite is refused with its record and byte, unless it is kept`, async t => {
		const bytes = file(dtype, [5, 2], index => (index === 7 ? Number.NaN : index));
		await fails(t, readAll(bytes, [3]), 'NONFINITE_INPUT', {record: 3, offset: 12 + (7 * (dtype === 'float32' ? 4 : 8)), value: 'NaN'});
		const told: Array<readonly [number, number]> = [];
		const {values} = await readAll(bytes, [3], {
			recordsPerBlock: 2, onNonFinite({record, offset}) {
				told.push([record, offset]);
			},
		});
		t.deepEqual(values, readWhole(bytes)?.values);
		t.deepEqual(told, [[3, 12 + (7 * (dtype === 'float32' ? 4 : 8))]]);
	});
}

test('bytes after the last record are counted on request, however they come', async t => {
	const bytes = Uint8Array.from([...file('uint8', [5, 2], index => index), 1, 2, 3]);
	for (const lengths of [[1], [4], [bytes.length]]) {
		const told: number[] = [];
		const {values} = await readAll(bytes, lengths, {
			onTrailing(count) {
				told.push(count);
			},
		});
		t.deepEqual(values, Array.from({length: 10}, (_, index) => index));
		t.deepEqual(told, [3]);
	}
});

test('the input is closed when the header is wrong, when reading stops early and when it is never read', async t => {
	let closed = 0;
	async function * watched(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
		try {
			yield * cut(bytes, [5]);
		} finally {
			closed++;
		}
	}

	await t.throwsAsync(openIdx(watched(new Uint8Array([9])), {path}));
	t.is(closed, 1);
	const early = await openIdx(watched(file('uint8', [40, 3])), {path});
	const blocks = early.blocks({recordsPerBlock: 1});
	await blocks.next();
	await blocks.return();

	t.is(closed, 2);
	const unread = await openIdx(watched(file('uint8', [40, 3])), {path});
	await unread.close();
	t.is(closed, 3);
});

test('the encoder refuses dimensions that the format cannot hold', t => {
	for (const dimensions of [[], [0], [1.5], [2 ** 32], Array.from({length: 9}, () => 1)]) {
		t.throws(() => encodeIdxHeader({dtype: 'uint8', dimensions}), {instanceOf: RangeError});
	}
});
