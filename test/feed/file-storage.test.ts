import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import test from 'ava';
import {fileStorage} from '../../src/feed/file-storage.ts';

const spec = {shape: [2], dtype: 'uint8'} as const;
const chunk = {source: 'some', first: 0, count: 2, features: Uint8Array.of(1, 2, 3, 4), labels: Int32Array.of(0, 1)};

test.serial('records that have no room are told as a file that cannot be written', async t => {
	const storage = await fileStorage(spec);
	await storage.append(chunk);
	t.deepEqual(storage.read(1), Uint8Array.of(3, 4));
	const handle = await fs.open(os.devNull);
	const handles = Object.getPrototypeOf(handle) as {write: (this: unknown, ...given: unknown[]) => Promise<unknown>};
	await handle.close();
	const {write} = handles;
	handles.write = async () => {
		throw Object.assign(new Error('ENOSPC: no space left on device, write'), {code: 'ENOSPC', syscall: 'write'});
	};

	try {
		await t.throwsAsync(async () => storage.append({...chunk, first: 2}), {code: 'WRITE_FAILED', message: /ENOSPC/u});
	} finally {
		handles.write = write;
		await storage.close();
	}
});

test.serial('a temporary folder that cannot be made is told', async t => {
	const {TMPDIR} = process.env;
	process.env['TMPDIR'] = path.join(os.tmpdir(), 'threadloom-there-is-no-such-folder');
	try {
		await t.throwsAsync(fileStorage(spec), {code: 'WRITE_FAILED', message: /ENOENT.*no-such-folder/u});
	} finally {
		if (TMPDIR === undefined) {
			delete process.env['TMPDIR'];
		} else {
			process.env['TMPDIR'] = TMPDIR;
		}
	}
});
