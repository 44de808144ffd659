import {execFile} from 'node:child_process';
import {createServer} from 'node:net';
import {
	mkdir, rename, rm, symlink, truncate, utimes, writeFile,
} from 'node:fs/promises';
import path from 'node:path';
import {promisify} from 'node:util';
import test from 'ava';
import {createFileInput} from '../../src/sources/file-input.ts';
import {collect} from '../helpers/collect.ts';
import {temporaryFolder} from '../helpers/temporary-folder.ts';
import {failsWith, signal} from './files.ts';

const read = async (file: string): Promise<Uint8Array[]> => collect(createFileInput(file).bytes({signal: signal()}));

test('a file comes in pieces of at most 256 kB', async t => {
	const file = path.join(await temporaryFolder(t), 'f');
	await writeFile(file, new Uint8Array(600 * 1024).fill(3));
	const got = await read(file);
	t.deepEqual(got.map(piece => piece.length), [262_144, 262_144, 90_112]);
});

test('what is not there is FILE_NOT_FOUND', async t => {
	const directory = await temporaryFolder(t);
	await failsWith(t, read(path.join(directory, 'none')), 'FILE_NOT_FOUND', {path: path.join(directory, 'none'), exitCode: 66});
	await writeFile(path.join(directory, 'file'), 'x');
	await failsWith(t, read(path.join(directory, 'file', 'below')), 'FILE_NOT_FOUND', {exitCode: 66});
});

test('a path that cannot be looked at is FILE_UNREADABLE', async t => {
	await failsWith(t, read(path.join(await temporaryFolder(t), 'x'.repeat(5000))), 'FILE_UNREADABLE', {reason: 'ENAMETOOLONG', exitCode: 66});
});

test('an empty file is EMPTY', async t => {
	const file = path.join(await temporaryFolder(t), 'f');
	await writeFile(file, '');
	await failsWith(t, read(file), 'EMPTY', {path: file});
});

test('a directory, a named pipe, a socket and a device are refused without being opened', async t => {
	const directory = await temporaryFolder(t);
	const pipe = path.join(directory, 'pipe');
	const socket = path.join(directory, 'socket');
	await mkdir(path.join(directory, 'sub'));
	await promisify(execFile)('mkfifo', [pipe]);
	const server = createServer();
	await new Promise<void>(resolve => {
		server.listen(socket, resolve);
	});
	t.teardown(() => server.close());
	await failsWith(t, read(path.join(directory, 'sub')), 'NOT_A_FILE', {kind: 'directory'});
	await failsWith(t, read(pipe), 'NOT_A_FILE', {kind: 'named pipe'});
	await failsWith(t, read(socket), 'NOT_A_FILE', {kind: 'socket'});
	await failsWith(t, read('/dev/zero'), 'NOT_A_FILE', {kind: 'device'});
});

const changes = test.macro({
	title: (_, what: string) => `a file that ${what} between two passes is SOURCE_CHANGED`,
	async exec(t, _: string, reason: string, change: (file: string) => Promise<void>) {
		const file = path.join(await temporaryFolder(t), 'f');
		await writeFile(file, 'before');
		const input = createFileInput(file);
		await collect(input.bytes({signal: signal()}));
		await t.notThrowsAsync(input.verify());
		await change(file);
		await failsWith(t, collect(input.bytes({signal: signal()})), 'SOURCE_CHANGED', {path: file, reason});
		await failsWith(t, input.verify(), 'SOURCE_CHANGED', {path: file, reason});
	},
});

test(changes, 'is replaced', 'another file is in its place', async file => {
	await writeFile(`${file}.new`, 'before');
	await rename(`${file}.new`, file);
});
test(changes, 'grows', 'it had 6 bytes and has 16', async file => writeFile(file, 'before and after'));
test(changes, 'is written to', 'it was written to', async file => utimes(file, 1, 1));
test(changes, 'goes away', 'it is gone', async file => rm(file));

test('a file that shrinks during a pass is SOURCE_CHANGED', async t => {
	const file = path.join(await temporaryFolder(t), 'f');
	await writeFile(file, new Uint8Array(600 * 1024));
	const bytes = createFileInput(file).bytes({signal: signal()});
	await bytes.next();
	await truncate(file, 300 * 1024);
	await failsWith(t, collect(bytes), 'SOURCE_CHANGED', {reason: 'it had 614400 bytes and has 307200'});
});

test('a file that can no longer be looked at is not taken for one that is gone', async t => {
	const file = path.join(await temporaryFolder(t), 'f');
	await writeFile(file, 'abc');
	const input = createFileInput(file);
	await collect(input.bytes({signal: signal()}));
	await rm(file);
	await failsWith(t, input.verify(), 'SOURCE_CHANGED', {reason: 'it is gone'});
	await symlink(file, file); // Leads to itself.
	await failsWith(t, input.verify(), 'FILE_UNREADABLE', {exitCode: 66, reason: 'ELOOP'});
});

test('the digest is known after a whole pass and not before', async t => {
	const file = path.join(await temporaryFolder(t), 'f');
	await writeFile(file, 'abc');
	const input = createFileInput(file);
	const bytes = input.bytes({signal: signal()});
	await bytes.next();
	t.is(input.digest(), undefined);
	await bytes.return();
	t.is(input.digest(), undefined);
	await collect(input.bytes({signal: signal()}));
	t.is(input.digest(), 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
});
