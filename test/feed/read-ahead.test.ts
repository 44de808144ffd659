import {
	closeSync, mkdtempSync, openSync, rmSync, writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import test from 'ava';
import fc from 'fast-check';
import {createReadAhead} from '../../src/feed/read-ahead.ts';
import {never} from './helpers.ts';

const spec = {shape: [3], dtype: 'uint8'} as const;
const folder = mkdtempSync(path.join(os.tmpdir(), 'threadloom-test-'));
const count = 5000;
const bytes = Uint8Array.from({length: 7 + (count * 3)}, (_, index) => index < 7 ? 255 : Math.floor((index - 7) / 3) % 251);
const file = path.join(folder, 'raw');
writeFileSync(file, bytes);
const open = (memory = 256 * 1024 + 300) => createReadAhead({
	descriptor: openSync(file, 'r'), path: file, offset: 7, spec, missing: record => new Error(`record ${record} is missing`),
}, {bytes: memory});

test.after.always(() => {
	rmSync(folder, {recursive: true});
});

test('any records come in the order asked for, whatever lies between them', async t => {
	const ahead = open();
	t.is(ahead.size, 100);
	await fc.assert(fc.asyncProperty(fc.uniqueArray(fc.nat(count - 1), {minLength: 1, maxLength: 100}), async records => {
		await ahead.load(Float64Array.from(records), {signal: never});
		t.deepEqual(records.map(() => [...ahead.next()]), records.map(record => Array.from({length: 3}, () => record % 251)));
	}));
});

test('a record that is not there is told by its number', async t => {
	await t.throwsAsync(open().load(Float64Array.of(3, count + 2, 9), {signal: never}), {message: 'record 5002 is missing'});
});

test('a file that the disk does not give is told by its name', async t => {
	const descriptor = openSync(folder, 'r');
	const ahead = createReadAhead({
		descriptor, path: file, offset: 0, spec, missing: record => new Error(`record ${record} is missing`),
	}, {bytes: 256 * 1024 + 300});
	// A folder opens and cannot be read.
	await t.throwsAsync(ahead.load(Float64Array.of(3), {signal: never}), {code: 'FILE_UNREADABLE', message: /EISDIR.*raw/u});
	closeSync(descriptor);
});
