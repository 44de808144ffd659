import fs from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import test from 'ava';
import {makeFolders} from '../../src/errors/make-folders.ts';
import {temporaryFolder} from '../helpers/temporary-folder.ts';

test('a folder and those above it are made, however many make them at a time', async t => {
	const made = path.join(await temporaryFolder(t), 'a', 'b', 'c');
	await Promise.all(Array.from({length: 8}, async () => makeFolders(made, {mode: 0o700})));
	t.is((await fs.stat(made)).mode & 0o777, 0o700);
	await t.notThrowsAsync(makeFolders(made));
});

test('a file in the way is told', async t => {
	const file = path.join(await temporaryFolder(t), 'a');
	await fs.writeFile(file, '');
	await t.throwsAsync(makeFolders(path.join(file, 'b')), {code: 'EEXIST'});
});

(process.platform === 'linux' ? test : test.skip)('where no folder can be made it fails, and does not try for ever', async t => { // No other system has a /proc.
	t.timeout(10_000);
	await t.throwsAsync(makeFolders('/proc/threadloom/a'), {code: 'ENOENT'});
});
