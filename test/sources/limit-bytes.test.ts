import {pbkdf2} from 'node:crypto';
import {promisify} from 'node:util';
import {gzipSync} from 'node:zlib';
import test from 'ava';
import type {ByteInput} from '../../src/sources/byte-input.ts';
import {createRandom, keyOf} from '../../src/random/generator.ts';
import {idxSource} from '../../src/sources/idx-source.ts';
import {collect} from '../helpers/collect.ts';
import {failsWith, idxBytes, signal} from './files.ts';

const endless = (start: Uint8Array, piece: Uint8Array): {readonly input: ByteInput; readonly given: () => number} => {
	let given = 0;
	return {
		given: () => given,
		input: {
			path: 'endless',
			async * bytes() {
				yield start;
				for (;;) {
					given += piece.length;
					yield piece;
				}
			},
			verify: async () => undefined,
			digest: () => undefined,
		},
	};
};

const packed = gzipSync(idxBytes('uint8', [10, 3, 2]));

test('an input that goes on for ever with empty members after its last record is stopped', async t => {
	const {input, given} = endless(packed, Buffer.concat(Array.from({length: 1000}, () => gzipSync(''))));
	await failsWith(t, collect(idxSource({id: 'endless', images: input}).chunks({signal: signal(), chunkBytes: 100})), 'INPUT_TOO_LONG');
	t.true(given() < 4e6, `${given()} bytes were read`);
});

test('zeros after the last record are padding, however many follow', async t => {
	const {input, given} = endless(packed, new Uint8Array(65_536));
	const [chunk] = await collect(idxSource({id: 'endless', images: input}).chunks({signal: signal(), chunkBytes: 1e6}));
	t.is(chunk?.count, 10);
	t.true(given() < 4e6, `${given()} bytes were read`);
});

test('a header that never comes is given up', async t => {
	// A gzip member whose name has no end.
	const {input, given} = endless(Uint8Array.from([0x1F, 0x8B, 8, 8, 0, 0, 0, 0, 0, 0]), new Uint8Array(65_536).fill(0x61));
	await failsWith(t, idxSource({id: 'endless', images: input}).describe({signal: signal()}), 'INPUT_TOO_LONG');
	t.true(given() < 4e6, `${given()} bytes were read`);
});

test('a file is not too long for being read faster than it is unpacked', async t => {
	const random = createRandom(keyOf(1));
	const large = gzipSync(idxBytes('uint8', [3000, 28, 28], index => random.integer(index, 256)), {level: 1});
	t.true(large.length > 2 ** 21);
	const input: ByteInput = {
		path: 'large',
		async * bytes() {
			for (let start = 0; start < large.length; start += 2 ** 18) {
				yield large.subarray(start, start + 2 ** 18);
			}
		},
		verify: async () => undefined,
		digest: () => undefined,
	};
	// Every thread that could unpack has something else to do.
	const busy = Promise.all(Array.from({length: 16}, async () => promisify(pbkdf2)('', '', 200_000, 64, 'sha512')));
	const {count} = await idxSource({id: 'large', images: input}).describe({signal: signal()});
	t.is(count, 3000);
	await busy;
});
