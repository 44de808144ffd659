import {createHash} from 'node:crypto';
import test, {type ExecutionContext} from 'ava';
import nock from 'nock';
import type {NetworkHooks, NetworkOptions} from '../../../src/sources/http/network.ts';
import {createHttpInput} from '../../../src/sources/http/http-input.ts';
import {collect} from '../../helpers/collect.ts';
import {failsWith, signal} from '../files.ts';
import {testNetwork} from './network.ts';

test.before(() => {
	nock.disableNetConnect();
});
test.afterEach.always(() => {
	nock.cleanAll();
});

const host = 'https://data.example';
const content = 'the whole file';
/** Answers with a length, as most servers do. */
const server = (origin = host, options: nock.Options = {}): nock.Scope => nock(origin, options).replyContentLength();
const sha256 = createHash('sha256').update(content).digest('hex');

const read = async (t: ExecutionContext, {addresses = [`${host}/file`], pin, options, hooks}: {
	readonly addresses?: readonly string[];
	readonly pin?: string;
	readonly options?: NetworkOptions;
	readonly hooks?: NetworkHooks;
} = {}) => {
	const {network, ...seen} = await testNetwork(t, {retries: 2, ...options}, hooks);
	const input = createHttpInput({addresses, sha256: pin, network});
	const once = async (): Promise<string> => Buffer.concat(await collect(input.bytes({signal: signal()}))).toString();
	return {input, once, network, ...seen};
};

for (const [status, code, exitCode] of [[404, 'HTTP_NOT_FOUND', 66], [410, 'HTTP_NOT_FOUND', 66], [401, 'HTTP_DENIED', 77], [403, 'HTTP_DENIED', 77], [400, 'HTTP_PROTOCOL', 69], [412, 'HTTP_PROTOCOL', 69], [204, 'HTTP_PROTOCOL', 69]] as const) {
	test.serial(`status ${status} ends with ${exitCode} and is not tried again`, async t => {
		server(host).get('/file').reply(status, '');
		const {once, waits} = await read(t);
		await failsWith(t, once(), code, {exitCode});
		t.deepEqual(waits, []);
	});
}

for (const status of [500, 503, 429, 408]) {
	test.serial(`status ${status} is tried again, at growing distances, and ends with 69`, async t => {
		server(host).get('/file').times(3).reply(status, '');
		const {once, waits, events} = await read(t);
		await failsWith(t, once(), 'HTTP_UNAVAILABLE', {exitCode: 69, attempts: 3});
		t.deepEqual(waits, [250, 500]);
		t.deepEqual(events.map(event => event.type === 'download' && [event.state, event.attempt, event.attempts, event.reason]), [['retry', 1, 2, `status ${status}`], ['retry', 2, 2, `status ${status}`]]);
		t.true(nock.isDone());
	});
}

test.serial('waits are spread by half of their length', async t => {
	server(host).get('/file').times(3).reply(500, '');
	const {once, waits} = await read(t, {hooks: {jitter: () => 0}});
	await failsWith(t, once(), 'HTTP_UNAVAILABLE', {exitCode: 69});
	t.deepEqual(waits, [125, 250]);
});

test.serial('a server is given the time that it asks for, up to a minute', async t => {
	server(host).get('/file').reply(429, '', {'retry-after': '7'}).get('/file').reply(503, '', {'retry-after': '86400'}).get('/file').reply(200, content);
	const {once, waits} = await read(t);
	t.is(await once(), content);
	t.deepEqual(waits, [7000, 60_000]);
});

test.serial('a server may name the time at which to come again', async t => {
	server(host).get('/file').reply(503, '', {'retry-after': new Date(Date.now() + 9000).toUTCString()}).get('/file').reply(200, content);
	const {once, waits} = await read(t);
	t.is(await once(), content);
	const [wait] = waits;
	t.true(wait! > 4000 && wait! <= 9000, `${wait}`);
});

test.serial('a failing connection is tried again', async t => {
	server(host).get('/file').replyWithError(Object.assign(new Error('connect ECONNREFUSED'), {code: 'ECONNREFUSED'})).get('/file').reply(200, content);
	const {once, waits} = await read(t);
	t.is(await once(), content);
	t.is(waits.length, 1);
});

test.serial('mirrors are tried in their order, and a page is no file while there is another place', async t => {
	server('https://a.example').get('/file').reply(404, '');
	server('https://b.example').get('/file').reply(200, '<html>', {'content-type': 'text/html; charset=utf-8'});
	server('https://c.example').get('/file').times(3).reply(500, '');
	server('https://d.example').get('/file').reply(200, content);
	const {once, events} = await read(t, {addresses: ['a', 'b', 'c', 'd'].map(name => `https://${name}.example/file`), pin: sha256});
	t.is(await once(), content);
	t.deepEqual(events.flatMap(event => (event.type === 'download' && event.state === 'mirror' ? [event.address] : [])), ['b', 'c', 'd'].map(name => `https://${name}.example/file`));
	t.deepEqual(events.flatMap(event => (event.type === 'download' && event.state === 'done' ? [event.address] : [])), ['https://d.example/file']);
});

test.serial('of several failures the one that another try may mend decides', async t => {
	server('https://a.example').get('/file').reply(404, '');
	server('https://b.example').get('/file').times(3).reply(500, '');
	const {once} = await read(t, {addresses: ['https://a.example/file', 'https://b.example/file']});
	await failsWith(t, once(), 'HTTP_UNAVAILABLE', {exitCode: 69, address: 'https://b.example/file', others: 1});
});

test.serial('an encoded body is refused', async t => {
	server(host).get('/file').reply(200, 'xx', {'content-encoding': 'gzip'});
	const {once} = await read(t);
	await failsWith(t, once(), 'BODY_ENCODED', {encoding: 'gzip'});
});

test.serial('a body of another digest ends with both digests and is not kept', async t => {
	server(host).get('/file').reply(200, 'another file');
	const {once, network} = await read(t, {pin: sha256});
	const actual = createHash('sha256').update('another file').digest('hex');
	await failsWith(t, once(), 'SHA256_MISMATCH', {expected: sha256, actual});
	t.false(await network.cache.has(sha256));
	t.false(await network.cache.has(actual));
});

test.serial('what was read once comes from the cache, without a question when it is pinned', async t => {
	server(host).get('/file').reply(200, content);
	const {once, input, network} = await read(t, {pin: sha256});
	t.is(await once(), content);
	t.is(input.digest(), sha256);
	t.is(await once(), content);
	const offline = createHttpInput({addresses: ['https://other.example/name'], sha256, network: {...network, offline: true}});
	t.is(Buffer.concat(await collect(offline.bytes({signal: signal()}))).toString(), content, 'the digest is the name');
});

test.serial('what is not pinned is asked for by its strong tag in the next run', async t => {
	server(host).get('/file').reply(200, content, {etag: '"one"'});
	const {once, network} = await read(t);
	t.is(await once(), content);
	t.is(await once(), content, 'the same run asks no more');
	server(host, {reqheaders: {'if-none-match': '"one"'}}).get('/file').reply(304, '');
	const again = createHttpInput({addresses: [`${host}/file`], network});
	t.is(Buffer.concat(await collect(again.bytes({signal: signal()}))).toString(), content);
	server(host, {reqheaders: {'if-none-match': '"one"'}}).get('/file').reply(200, 'newer', {etag: '"two"'});
	server(host).get('/file').reply(200, 'newer', {etag: '"two"'});
	const later = createHttpInput({addresses: [`${host}/file`], network});
	t.is(Buffer.concat(await collect(later.bytes({signal: signal()}))).toString(), 'newer');
});

test.serial('offline, what is not in the cache ends with 66 and no request', async t => {
	const {once} = await read(t, {pin: sha256, options: {offline: true}, addresses: [`${host}/file?token=secret`]});
	await failsWith(t, once(), 'OFFLINE', {exitCode: 66, address: `${host}/file?…`});
});

test.serial('two addresses that differ in their query alone have two names, and neither tells the query', async t => {
	const {network} = await testNetwork(t);
	const paths = ['a', 'b', 'a'].map(name => createHttpInput({addresses: [`${host}/get?file=${name}&token=secret`], network}).path);
	t.is(new Set(paths).size, 2);
	t.notRegex(paths.join(' '), /secret|file=/u);
});

test.serial('a second reading that finds another file ends with 65', async t => {
	for (const [first, second] of [[{etag: '"one"'}, {etag: '"two"'}], [{}, {}]] as const) {
		server(host).get('/file').reply(200, content, first).get('/file').reply(200, content.toUpperCase(), second);
		const {once} = await read(t, {options: {cacheBytes: 0}});
		t.is(await once(), content);
		await failsWith(t, once(), 'SOURCE_CHANGED');
	}
});

test.serial('parts of a file whose length nobody tells are asked for until there is no more, and none is taken for the whole', async t => {
	const strong = {etag: '"strong"'};
	const asked: unknown[] = [];
	const part = (status: number, text: string, headers: Readonly<Record<string, string>>): void => {
		nock(host).get('/file').reply(function () {
			asked.push(this.req.headers['range']);
			return [status, text, {...strong, ...headers}];
		});
	};

	part(200, content.slice(0, 7), {});
	part(206, content.slice(7, 10), {'content-range': 'bytes 7-9/*', 'content-length': '3'});
	part(206, content.slice(10), {'content-range': 'bytes 10-13/*', 'content-length': '4'});
	part(416, '', {'content-range': 'bytes */14'});
	const {once, network} = await read(t, {options: {retries: 5}});
	t.is(await once(), content);
	t.deepEqual(asked, [undefined, 'bytes=7-', 'bytes=10-', 'bytes=14-']);
	t.true(await network.cache.has(sha256));
});

test.serial('an abort ends a wait and is no failure of the server', async t => {
	server(host).get('/file').reply(500, '');
	const controller = new AbortController();
	const {network} = await testNetwork(t, {}, {
		async wait(_, asked) {
			controller.abort(new Error('enough'));
			asked.throwIfAborted();
		},
	});
	await failsWith(t, collect(createHttpInput({addresses: [`${host}/file`], network}).bytes({signal: controller.signal})), 'ABORTED', {exitCode: 75});
});
