import {Buffer} from 'node:buffer';
import process from 'node:process';
import {createGzip, gzipSync, deflateSync} from 'node:zlib';
import {setImmediate} from 'node:timers/promises';
import test from 'ava';
import fc from 'fast-check';
import {ThreadloomError} from '../../src/errors/threadloom-error.ts';
import {encodeIdxHeader} from '../../src/idx/encoder.ts';
import {openIdx} from '../../src/idx/reader.ts';
import {unpack} from '../../src/sources/unpack.ts';
import {collect} from '../helpers/collect.ts';
import {failsWith, idxBytes, pieces} from './files.ts';

const path = 'x.gz';
const plain = idxBytes('uint8', [5, 4, 3], index => (index * index) % 251);
const zipped = gzipSync(plain);

const unpackAll = async (bytes: Uint8Array, length = 7): Promise<Uint8Array> => Buffer.concat(await collect(unpack(pieces(bytes, length), {path})));

const decode = async (bytes: AsyncIterable<Uint8Array>): Promise<number[]> => {
	const {blocks} = await openIdx(unpack(bytes, {path}), {path});
	const all = await collect(blocks({recordsPerBlock: 2}));
	return all.flatMap(({values}) => [...values]);
};

for (const length of [1, 2, 3, 10, 11, 1000]) {
	test(`a gzip file in pieces of ${length} bytes gives the bytes that were packed`, async t => {
		t.deepEqual(await unpackAll(zipped, length), Buffer.from(plain));
		t.deepEqual(await unpackAll(plain, length), Buffer.from(plain));
	});
}

test('large streams come through whole and in order, also to a slow reader', async t => {
	const large = idxBytes('uint8', [3000, 1000], index => Math.imul(index, 2_654_435_761) >>> 24);
	const got: Uint8Array[] = [];
	for await (const piece of unpack(pieces(gzipSync(large, {level: 1}), 65_536), {path})) {
		await setImmediate();
		got.push(piece);
	}

	t.is(Buffer.compare(Buffer.concat(got), large), 0);
});

test('a gzip file that is cut anywhere is refused at the place of the cut', async t => {
	for (let length = 1; length < zipped.length; length++) {
		await failsWith(t, decode(pieces(zipped.subarray(0, length), 1000)), 'GZIP_TRUNCATED', {path, offset: length});
	}
});

test('a flipped bit gives an error or the same payload', async t => {
	const expected = [...plain.subarray(16)];
	const bit = fc.tuple(fc.nat(zipped.length - 1), fc.nat(7));
	await fc.assert(fc.asyncProperty(fc.array(bit, {minLength: 1, maxLength: 8}), fc.integer({min: 1, max: 200}), async (flips, length) => {
		const damaged = Buffer.from(zipped);
		for (const [offset, place] of flips) {
			damaged[offset]! ^= 1 << place;
		}

		let values: number[];
		try {
			values = await decode(pieces(damaged, length));
		} catch (error) {
			t.true(error instanceof ThreadloomError && error.exitCode === 65);
			return;
		}

		t.deepEqual(values, expected);
	}), {numRuns: 300});
});

test('a wrong checksum is an error although every byte of the data is there', async t => {
	const damaged = Buffer.from(zipped);
	damaged[zipped.length - 8]! ^= 1;
	await failsWith(t, decode(pieces(damaged, 1000)), 'GZIP_CORRUPT', {path});
});

test('members that follow each other are one file', async t => {
	for (const cuts of [[3], [16, 20], [1, 2, 30, 70]]) {
		const parts = [0, ...cuts].map((start, index) => gzipSync(plain.subarray(start, cuts[index])));
		for (const length of [1, 13, 1000]) {
			t.deepEqual(await unpackAll(Buffer.concat(parts), length), Buffer.from(plain));
		}
	}
});

test('zeros after the gzip stream are padding, anything else is an error', async t => {
	for (const length of [zipped.length, 5, 1000]) {
		t.deepEqual(await unpackAll(Buffer.concat([zipped, Buffer.alloc(700)]), length), Buffer.from(plain));
		await failsWith(t, unpackAll(Buffer.concat([zipped, Buffer.from('garbage after the end')]), length), 'GZIP_CORRUPT', {path});
		await t.throwsAsync(unpackAll(Buffer.concat([zipped, Buffer.from([0x1F])]), length), {instanceOf: ThreadloomError});
	}
});

test('zeros after the gzip stream, however many, are followed by nothing else', async t => {
	for (const [zeros, length] of [[1, 5], [1, 1000], [700, 13], [200_000, 50_000]] as const) {
		const padded = Buffer.concat([zipped, Buffer.alloc(zeros)]);
		t.deepEqual(await unpackAll(padded, length), Buffer.from(plain));
		await failsWith(t, unpackAll(Buffer.concat([padded, Buffer.from('garbage')]), length), 'GZIP_CORRUPT', {path, offset: padded.length + 6, reason: `after its end at byte ${zipped.length} come other bytes than zeros`});
	}

	const members = Buffer.concat([gzipSync(plain.subarray(0, 9)), gzipSync(plain.subarray(9))]);
	t.deepEqual(await unpackAll(Buffer.concat([members, Buffer.alloc(3)]), 7), Buffer.from(plain));
	await failsWith(t, unpackAll(Buffer.concat([members, Buffer.alloc(3), Buffer.from('x')]), 7), 'GZIP_CORRUPT', {offset: members.length + 3});
});

for (const [name, nested] of [['gzip', gzipSync(zipped)], ['zlib', gzipSync(deflateSync(plain))]] as const) {
	test(`${name} inside gzip is refused`, async t => {
		await failsWith(t, unpackAll(nested), 'GZIP_NESTED', {path});
	});
}

test('an unknown compression method is refused', async t => {
	await failsWith(t, unpackAll(new Uint8Array([0x1F, 0x8B, 7, 0])), 'GZIP_CORRUPT', {path, offset: 2});
});

test('text in place of gzip or IDX is quoted', async t => {
	const page = Buffer.from('<!DOCTYPE html><html><title>404</title>');
	await failsWith(t, unpackAll(page), 'NOT_GZIP', {path, start: '"<!DOCTYPE html><"'});
	await failsWith(t, collect(unpack(pieces(page, 4), {path: 'x.idx'})), 'NOT_IDX', {path: 'x.idx', start: '"<!DOCTYPE html><"'});
	await failsWith(t, unpackAll(new Uint8Array([0x50, 0x4B, 3, 4])), 'NOT_GZIP', {start: '50 4b 03 04'});
	await failsWith(t, unpackAll(new Uint8Array(0)), 'EMPTY', {path});
});

test('a NumPy array in place of IDX is told how it is read', async t => {
	const array = Buffer.from('\u0093NUMPY\u0001\0', 'latin1');
	const error = await t.throwsAsync(collect(unpack(pieces(array, 4), {path: 'x.npy'})), {instanceOf: ThreadloomError, code: 'NOT_IDX'});
	t.regex(error!.hint!, /npy: FILE/u);
});

const bomb = async (): Promise<Uint8Array> => {
	const gzip = createGzip({level: 9});
	const zeros = Buffer.alloc(1024 * 1024);
	const header = encodeIdxHeader({dtype: 'uint8', dimensions: [10, 784]});
	const collected = collect(gzip as AsyncIterable<Uint8Array>);
	gzip.write(header);
	for (let megabyte = 0; megabyte < 64; megabyte++) {
		if (!gzip.write(zeros)) {
			await new Promise(resolve => {
				gzip.once('drain', resolve);
			});
		}
	}

	gzip.end();
	return Buffer.concat(await collected);
};

test.serial('a bomb stops one byte after what its header declares', async t => {
	const packed = await bomb();
	// Sixteen members of 64 MiB each: 1 GiB if anyone unpacked it.
	const huge = Buffer.concat(Array.from({length: 16}, () => packed));
	const before = process.memoryUsage().arrayBuffers;
	const start = performance.now();
	await failsWith(t, decode(pieces(huge, 65_536)), 'IDX_TRAILING', {path, offset: 12 + 7840});
	t.true(performance.now() - start < 1000);
	t.true(process.memoryUsage().arrayBuffers - before < 50e6);
});

test.serial('a nested bomb is refused at its first bytes', async t => {
	const nested = gzipSync(gzipSync(await bomb()));
	const start = performance.now();
	await failsWith(t, decode(pieces(nested, 100)), 'GZIP_NESTED', {path});
	t.true(performance.now() - start < 1000);
});

test('leaving early closes the input, and an error of the input is the error of the output', async t => {
	let closed = 0;
	let pulled = 0;
	async function * endless(): AsyncGenerator<Uint8Array, void> {
		try {
			yield zipped;
			for (;;) {
				pulled++;
				yield gzipSync(Buffer.alloc(256 * 1024, pulled), {level: 0});
			}
		} finally {
			closed++;
		}
	}

	const unpacked = unpack(endless(), {path});
	await unpacked.next();
	await unpacked.return();

	t.is(closed, 1);
	t.true(pulled < 10, `${pulled} pieces were read ahead`);
	async function * failing(): AsyncGenerator<Uint8Array, void> {
		yield zipped.subarray(0, 40);
		throw new ThreadloomError('SOURCE_CHANGED', 'changed', {details: {}, hint: undefined, exitCode: 65});
	}

	await failsWith(t, collect(unpack(failing(), {path})), 'SOURCE_CHANGED');
});

test('an input that is refused is closed', async t => {
	let closed = 0;
	async function * text(): AsyncGenerator<Uint8Array, void> {
		try {
			yield Buffer.from('<!doctype html><html>');
			yield Buffer.from('never asked for');
		} finally {
			closed++;
		}
	}

	await failsWith(t, collect(unpack(text(), {path})), 'NOT_GZIP');
	t.is(closed, 1);
});
