import {createHash} from 'node:crypto';
import fs from 'node:fs/promises';
import path from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {execa} from 'execa';
import type {EventBody} from '../../../src/events/schema.ts';
import {createCache, type Cache} from '../../../src/sources/http/cache.ts';
import {createHttpInput} from '../../../src/sources/http/http-input.ts';
import {collect} from '../../helpers/collect.ts';
import {failsWith, signal} from '../files.ts';
import {temporaryFolder} from '../../helpers/temporary-folder.ts';
import {testNetwork} from './network.ts';
import {uglyServer} from './ugly-server.ts';

const sha256Of = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
const bytesOf = (length: number, value: number): Uint8Array => new Uint8Array(length).fill(value);

const openCache = async (t: ExecutionContext, limit = 1000): Promise<{readonly cache: Cache; readonly directory: string; readonly events: EventBody[]}> => {
	const directory = await temporaryFolder(t);
	const events: EventBody[] = [];
	return {
		directory, events, cache: createCache({directory, limit, onEvent: event => events.push(event)}),
	};
};

const keep = async (cache: Cache, bytes: Uint8Array): Promise<string> => {
	const writer = await cache.create(bytes.length);
	await writer?.write(bytes);
	await writer?.commit(sha256Of(bytes));
	await writer?.discard();
	return sha256Of(bytes);
};

const entriesOf = async (directory: string): Promise<string[]> => (await fs.readdir(directory, {recursive: true, withFileTypes: true})).filter(entry => entry.isFile()).map(({name}) => name);

const read = async (cache: Cache, sha256: string): Promise<Buffer | undefined> => {
	const bytes = await cache.open(sha256, {signal: signal()});
	return bytes && Buffer.concat(await collect(bytes));
};

test('an entry is named by its digest and given back whole', async t => {
	const {cache, directory} = await openCache(t);
	const bytes = bytesOf(700, 1);
	const name = await keep(cache, bytes);
	t.deepEqual(await entriesOf(directory), [name]);
	t.deepEqual(await read(cache, name), Buffer.from(bytes));
	t.is(await read(cache, sha256Of(bytesOf(1, 1))), undefined);
});

test('what was used longest ago makes room', async t => {
	const {cache} = await openCache(t);
	const [a, b] = [await keep(cache, bytesOf(400, 1)), await keep(cache, bytesOf(400, 2))];
	await fs.utimes(path.join(cache.directory, 'files', a), 100, 100);
	await fs.utimes(path.join(cache.directory, 'files', b), 200, 200);
	await read(cache, a);
	const c = await keep(cache, bytesOf(400, 3));
	t.deepEqual(await Promise.all([a, b, c].map(async name => cache.has(name))), [true, false, true]);
});

test('what is larger than the cache is not kept, whether or not its length was told', async t => {
	const {cache, directory} = await openCache(t);
	t.is(await cache.create(1001), undefined);
	const writer = await cache.create(undefined);
	await writer!.write(bytesOf(600, 1));
	await writer!.write(bytesOf(600, 1));
	await writer!.commit(sha256Of(bytesOf(1200, 1)));
	await writer!.discard();
	t.deepEqual(await entriesOf(directory), []);
});

test('what is not whole leaves nothing behind, and what a process left is swept', async t => {
	const {cache, directory} = await openCache(t);
	const writer = await cache.create(10);
	await writer!.write(bytesOf(5, 1));
	await writer!.discard();
	t.deepEqual(await entriesOf(directory), []);
	const old = path.join(directory, 'partial', 'left');
	await fs.writeFile(old, 'x');
	await fs.utimes(old, 1, 1);
	await keep(cache, bytesOf(5, 1));
	t.false((await entriesOf(directory)).includes('left'));
});

test('a damaged entry is removed with a warning, fetched again once, and refused when that is damaged too', async t => {
	const content = bytesOf(3000, 7);
	for (const [behaviour, isWhole] of [['serve', true], ['change', false]] as const) {
		const {address, seen} = await uglyServer(t, {
			content, other: bytesOf(3000, 8), validator: 'none', behaviour: request => (request === 0 ? 'serve' : behaviour), share: () => 1,
		});
		const {network, events} = await testNetwork(t);
		const sha256 = sha256Of(content);
		const input = createHttpInput({addresses: [address], sha256, network});
		await collect(input.bytes({signal: signal()}));
		const entry = path.join(network.cache.directory, 'files', sha256);
		await fs.writeFile(entry, bytesOf(3000, 9));
		if (isWhole) {
			t.deepEqual(Buffer.concat(await collect(input.bytes({signal: signal()}))), Buffer.from(content));
			t.true(await network.cache.has(sha256));
		} else {
			await failsWith(t, collect(input.bytes({signal: signal()})), 'SHA256_MISMATCH');
			t.false(await network.cache.has(sha256));
		}

		t.is(seen.length, 2);
		t.true(events.some(event => event.type === 'warning' && event.code === 'CACHE_DAMAGED'));
	}
});

test('an entry that was checked once and gives other bytes later ends the reading, and is checked again', async t => {
	const {cache, directory, events} = await openCache(t);
	const name = await keep(cache, bytesOf(700, 1));
	const file = path.join(directory, 'files', name);
	await read(cache, name);
	const {mtime} = await fs.stat(file);
	await fs.writeFile(file, bytesOf(700, 2));
	await fs.utimes(file, mtime, mtime);
	await failsWith(t, read(cache, name), 'SHA256_MISMATCH', {path: file, expected: name});
	t.is(await read(cache, name), undefined);
	t.deepEqual(events.map(event => event.type === 'warning' && event.code), ['CACHE_DAMAGED']);
});

test('no address decides a name: nothing is written outside the folder', async t => {
	const content = bytesOf(100, 1);
	const {address} = await uglyServer(t, {
		content, other: content, validator: 'strong', behaviour: () => 'serve', share: () => 1,
	});
	const parent = await temporaryFolder(t);
	const {network} = await testNetwork(t, {cacheDirectory: path.join(parent, 'cache')});
	for (const suffix of ['/../../x', '/%2e%2e/%2e%2e/x', '/..%2f..%2fx', '/%00', '/a%5c..%5cb', `/${'n'.repeat(2000)}`, '//etc/cron.d/x']) {
		await collect(createHttpInput({addresses: [address + suffix], network}).bytes({signal: signal()}));
	}

	t.deepEqual(await fs.readdir(parent), ['cache']);
	t.true((await entriesOf(parent)).every(name => /^[\da-f]{64}$/u.test(name)));
});

test('a cache that cannot be written to costs one warning and not the reading', async t => {
	const content = bytesOf(100, 1);
	const {address} = await uglyServer(t, {
		content, other: content, validator: 'strong', behaviour: () => 'serve', share: () => 1,
	});
	const file = path.join(await temporaryFolder(t), 'file');
	await fs.writeFile(file, '');
	const {network, events} = await testNetwork(t, {cacheDirectory: path.join(file, 'cache')});
	const input = createHttpInput({addresses: [address], network});
	for (const _ of [1, 2]) {
		t.deepEqual(Buffer.concat(await collect(input.bytes({signal: signal()}))), Buffer.from(content));
	}

	t.is(events.filter(event => event.type === 'warning' && event.code === 'CACHE_FAILED').length, 1);
});

test('what is no file in the place of an entry is no entry, and is not waited for', async t => {
	const content = bytesOf(3000, 7);
	const sha256 = sha256Of(content);
	const {address} = await uglyServer(t, {
		content, other: content, validator: 'none', behaviour: () => 'serve', share: () => 1,
	});
	for (const make of [async (entry: string) => fs.mkdir(entry), async (entry: string) => fs.symlink('/dev/zero', entry), async (entry: string) => execa('mkfifo', [entry])]) {
		const {network} = await testNetwork(t);
		const files = path.join(network.cache.directory, 'files');
		await fs.mkdir(files, {recursive: true});
		await make(path.join(files, sha256));
		const input = createHttpInput({addresses: [address], sha256, network});
		t.deepEqual(Buffer.concat(await collect(input.bytes({signal: signal()}))), Buffer.from(content));
	}
});

test.serial('an entry that the disk does not give is fetched again, and named where it ends in the middle', async t => {
	const content = bytesOf(600_000, 7);
	const sha256 = sha256Of(content);
	const {address, seen} = await uglyServer(t, {
		content, other: content, validator: 'none', behaviour: () => 'serve', share: () => 1,
	});
	const {network, events} = await testNetwork(t);
	const input = createHttpInput({addresses: [address], sha256, network});
	await collect(input.bytes({signal: signal()}));
	const entry = path.join(network.cache.directory, 'files', sha256);
	const handle = await fs.open(entry);
	const handles = Object.getPrototypeOf(handle) as {read: (this: unknown, ...given: unknown[]) => Promise<unknown>};
	await handle.close();
	const {read: really} = handles;
	t.teardown(() => {
		handles.read = really;
	});
	/** Lets so many readings of a file pass, and fails the next one. */
	const failAfter = (passing: number): void => {
		let left = passing;
		handles.read = async function (this: unknown, ...given) {
			if (left-- === 0) {
				throw Object.assign(new Error('EIO: i/o error, read'), {code: 'EIO', syscall: 'read'});
			}

			return really.apply(this, given);
		};
	};

	failAfter(1);
	t.deepEqual(Buffer.concat(await collect(input.bytes({signal: signal()}))), Buffer.from(content));
	t.is(seen.length, 2);
	t.true(events.some(event => event.type === 'warning' && event.code === 'CACHE_DAMAGED' && event.message.includes('was removed')));
	// Four readings check it, the next ones hand it on.
	failAfter(5);
	await failsWith(t, collect(input.bytes({signal: signal()})), 'FILE_UNREADABLE', {exitCode: 66, path: entry, reason: 'EIO'});
});
