import {createHash} from 'node:crypto';
import {once} from 'node:events';
import http from 'node:http';
import type {AddressInfo} from 'node:net';
import test, {type ExecutionContext} from 'ava';
import {createHttpInput} from '../../../src/sources/http/http-input.ts';
import {failsWith, signal} from '../files.ts';
import {testNetwork} from './network.ts';

const content = 'the whole file';
const sha256 = createHash('sha256').update(content).digest('hex');

/** A server of this machine that answers by hand, and the address of its file. */
const listen = async (t: ExecutionContext, answer: (request: http.IncomingMessage, response: http.ServerResponse) => void): Promise<string> => {
	const server = http.createServer(answer).listen(0, '127.0.0.1');
	await once(server, 'listening');
	t.teardown(() => server.close());
	return `http://127.0.0.1:${(server.address() as AddressInfo).port}/file`;
};

test('after a cut the rest is asked for, under the strong tag or a pin and never else', async t => {
	for (const [etag, pin, expected] of [
		['"strong"', undefined, {range: 'bytes=7-', condition: '"strong"'}],
		['W/"weak"', undefined, {range: undefined, condition: undefined}],
		[undefined, undefined, {range: undefined, condition: undefined}],
		[undefined, sha256, {range: 'bytes=7-', condition: undefined}],
		['W/"weak"', sha256, {range: 'bytes=7-', condition: undefined}],
	] as const) {
		const asked: unknown[] = [];
		let cut = (): void => undefined;
		const address = await listen(t, ({headers: {range, 'if-range': condition}, socket}, response) => {
			asked.push({range, condition});
			const start = range === undefined ? 0 : 7;
			response.writeHead(range === undefined ? 200 : 206, {
				'content-length': content.length - start, ...(etag && {etag}), ...(range && {'content-range': `bytes 7-${content.length - 1}/${content.length}`}),
			});
			if (asked.length === 1) {
				response.write(content.slice(0, 7));
				cut = () => {
					socket.destroy();
				};
			} else {
				response.end(content.slice(start));
			}
		});
		const {network} = await testNetwork(t);
		const input = createHttpInput({addresses: [address], network, sha256: pin});
		let text = '';
		for await (const piece of input.bytes({signal: signal()})) {
			text += Buffer.from(piece).toString();
			cut();
		}

		t.is(text, content);
		t.deepEqual(asked, [{range: undefined, condition: undefined}, expected]);
	}
});

test('cuts are counted anew when an attempt brought a mebibyte', async t => {
	const piece = 1024 * 1024;
	const whole = Buffer.alloc(5 * piece, 7);
	let asked = 0;
	let cut = (): void => undefined;
	const address = await listen(t, ({headers: {range}, socket}, response) => {
		asked++;
		const start = Number(/\d+/u.exec(range ?? '0')![0]);
		response.writeHead(start === 0 ? 200 : 206, {'content-length': whole.length - start, etag: '"strong"', ...(start > 0 && {'content-range': `bytes ${start}-${whole.length - 1}/${whole.length}`})});
		response.write(whole.subarray(start, start + piece));
		cut = () => {
			socket.destroy();
		};
	});
	const {network} = await testNetwork(t, {retries: 1});
	let got = 0;
	for await (const bytes of createHttpInput({addresses: [address], network}).bytes({signal: signal()})) {
		got += bytes.length;
		if (got % piece === 0) {
			cut();
		}
	}

	t.is(got, whole.length);
	t.is(asked, 5);
});

test('a rest that is longer than the file is a fault of the server', async t => {
	let cut = (): void => undefined;
	const address = await listen(t, ({headers: {range}, socket}, response) => {
		if (range === undefined) {
			response.writeHead(200, {'content-length': content.length, etag: '"strong"'});
			response.write(content.slice(0, 7));
			cut = () => {
				socket.destroy();
			};
		} else {
			// Without a length the body ends with the connection.
			response.writeHead(206, {etag: '"strong"', 'content-range': `bytes 7-${content.length - 1}/${content.length}`});
			response.end(`${content.slice(7)} and more`);
		}
	});
	const {network} = await testNetwork(t);
	await failsWith(t, (async () => {
		for await (const bytes of createHttpInput({addresses: [address], network}).bytes({signal: signal()})) {
			t.true(bytes.length > 0);
			cut();
		}
	})(), 'HTTP_PROTOCOL', {exitCode: 69, header: 'content-length', reason: `more than ${content.length} bytes came`});
});

test('a new start that ends before the cut is not taken for the whole', async t => {
	let cut = (): void => undefined;
	let asked = 0;
	const address = await listen(t, ({socket}, response) => {
		// In chunks, which tell the end and not the length.
		response.writeHead(200, {'transfer-encoding': 'chunked'});
		if (asked++ === 0) {
			response.write(content.slice(0, 7));
			cut = () => {
				socket.destroy();
			};
		} else {
			response.end(content.slice(0, 3));
		}
	});
	const {network} = await testNetwork(t, {retries: 1});
	await failsWith(t, (async () => {
		for await (const bytes of createHttpInput({addresses: [address], network}).bytes({signal: signal()})) {
			t.true(bytes.length > 0);
			cut();
		}
	})(), 'HTTP_UNAVAILABLE', {exitCode: 69, reason: 'the body ended before the place where it was cut last'});
});
