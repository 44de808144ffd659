import {createHash} from 'node:crypto';
import {once} from 'node:events';
import http, {type IncomingMessage, type ServerResponse} from 'node:http';
import type {AddressInfo} from 'node:net';
import {gzipSync} from 'node:zlib';
import type {ExecutionContext} from 'ava';
import type {Random} from '../../../src/random/generator.ts';

/** What a server may do with one request. */
const behaviours = [
	'serve',
	'cut',
	'ignoreRange',
	'change',
	'drip',
	'longLength',
	'shortLength',
	'noLength',
	'noLengthCut',
	'encode',
	'circle',
	'page',
	'wrongRange',
	'noRange',
	'status412',
	'status416',
	'status429',
	'status503',
	'stallHead',
	'stallBody',
	'endless',
	'hugeHead',
	'reset',
] as const;
export type Behaviour = (typeof behaviours)[number];

/** How the server names its versions. */
export type Validator = 'strong' | 'weak' | 'none';

export interface UglyOptions {
	readonly content: Uint8Array;
	/** Another version, for `change`. */
	readonly other: Uint8Array;
	readonly validator: Validator;
	/** What happens to the request of a number. */
	readonly behaviour: (request: number) => Behaviour;
	/** Between 0 and 1, for the request of a number: where a cut falls. */
	readonly share: (request: number) => number;
}

/** A request as the server saw it. */
export interface Seen {
	readonly behaviour: Behaviour;
	readonly range: string | undefined;
	readonly headers: http.IncomingHttpHeaders;
}

export interface UglyServer {
	readonly address: string;
	readonly seen: readonly Seen[];
}

const tagOf = (content: Uint8Array, validator: Validator): Record<string, string> => {
	const digest = createHash('sha256').update(content).digest('hex').slice(0, 16);
	switch (validator) {
		case 'strong': {
			return {etag: `"${digest}"`};
		}

		case 'weak': {
			return {etag: `W/"${digest}"`};
		}

		default: {
			return {};
		}
	}
};

/** Picks behaviours from a seed: honest at last, so that what can be read is read. */
export const uglyScript = (random: Random, length: number): {readonly behaviour: UglyOptions['behaviour']; readonly share: UglyOptions['share']} => {
	const choose = random.fork('behaviour');
	const place = random.fork('place');
	return {
		behaviour: request => (request < length ? behaviours[choose.integer(request, behaviours.length)]! : 'serve'),
		share: request => place.uniform(request),
	};
};

/** What is left of the content for a request, as an honest server decides it. */
const partFor = (request: IncomingMessage, content: Uint8Array, validator: Validator): {readonly start: number; readonly status: number; readonly headers: Record<string, string>} => {
	const tag = tagOf(content, validator);
	const start = Number(/^bytes=(?<start>\d+)-$/u.exec(request.headers.range ?? '')?.groups?.['start'] ?? Number.NaN);
	const condition = request.headers['if-range'];
	if (Number.isNaN(start) || (condition !== undefined && condition !== tag['etag'])) {
		return {start: 0, status: 200, headers: tag};
	}

	return start >= content.length
		? {start, status: 416, headers: {...tag, 'content-range': `bytes */${content.length}`}}
		: {start, status: 206, headers: {...tag, 'content-range': `bytes ${start}-${content.length - 1}/${content.length}`}};
};

type Answer = (options: {
	readonly request: IncomingMessage;
	readonly response: ServerResponse;
	readonly options: UglyOptions;
	/** Share of the body after which a cut falls. */
	readonly share: number;
}) => void;

const serve = ({request, response}: Pick<Parameters<Answer>[0], 'request' | 'response'>, content: Uint8Array, validator: Validator): void => {
	const {start, status, headers} = partFor(request, content, validator);
	const body = status === 416 ? new Uint8Array(0) : content.subarray(start);
	response.writeHead(status, {...headers, 'content-length': body.length}).end(body);
};

const withStatus = (status: number, headers: Record<string, string> = {}): Answer => ({response}) => {
	response.writeHead(status, headers).end('no');
};

/** Body without a length: the connection's end is the body's. */
const unframed = (request: IncomingMessage, body: Uint8Array, head: {readonly status: number; readonly headers: Record<string, string>}): void => {
	const lines = Object.entries(head.headers).map(([name, value]) => `${name}: ${value}\r\n`).join('');
	request.socket.write(`HTTP/1.1 ${head.status} OK\r\nConnection: close\r\n${lines}\r\n`);
	request.socket.end(body);
};

const answers: Readonly<Record<Behaviour, Answer>> = {
	serve({request, response, options}) {
		serve({request, response}, options.content, options.validator);
	},
	cut({request, response, options: {content, validator}, share}) {
		const {start, status, headers} = partFor(request, content, validator);
		const body = content.subarray(Math.min(start, content.length));
		response.writeHead(status, {...headers, 'content-length': body.length});
		response.write(body.subarray(0, Math.floor(body.length * share)), () => response.socket?.destroySoon());
	},
	ignoreRange({response, options: {content, validator}}) {
		response.writeHead(200, {...tagOf(content, validator), 'content-length': content.length}).end(content);
	},
	change({request, response, options}) {
		serve({request, response}, options.other, options.validator);
	},
	drip({response, options: {content, validator}}) {
		response.writeHead(200, {...tagOf(content, validator), 'content-length': content.length});
		let offset = 0;
		const timer = setInterval(() => {
			response.write(content.subarray(offset, ++offset));
		}, 2);
		response.once('close', () => {
			clearInterval(timer);
		});
	},
	longLength({request, response, options: {content, validator}}) {
		const {start, headers} = partFor(request, content, validator);
		const body = content.subarray(Math.min(start, content.length));
		response.writeHead(start > 0 ? 206 : 200, {...headers, 'content-length': body.length + 10});
		response.write(body, () => response.socket?.destroySoon());
	},
	shortLength({request, options: {content, validator}, share}) {
		const length = Math.floor(content.length * share);
		unframed(request, content, {status: 200, headers: {...tagOf(content, validator), 'content-length': String(length)}});
	},
	noLength({request, options: {content, validator}}) {
		const {start, status, headers} = partFor(request, content, validator);
		unframed(request, content.subarray(Math.min(start, content.length)), {status, headers});
	},
	noLengthCut({request, options: {content, validator}, share}) {
		const {start, status, headers} = partFor(request, content, validator);
		const body = content.subarray(Math.min(start, content.length));
		unframed(request, body.subarray(0, Math.floor(body.length * share)), {status, headers});
	},
	encode({response, options: {content, validator}}) {
		const body = gzipSync(content);
		response.writeHead(200, {...tagOf(content, validator), 'content-encoding': 'gzip', 'content-length': body.length}).end(body);
	},
	circle({request, response}) {
		response.writeHead(302, {location: request.url!}).end();
	},
	page({response}) {
		const body = '<!DOCTYPE html><title>Not found</title>';
		response.writeHead(200, {'content-type': 'text/html', 'content-length': body.length}).end(body);
	},
	wrongRange({response, options: {content, validator}}) {
		const body = content.subarray(1);
		response.writeHead(206, {...tagOf(content, validator), 'content-range': `bytes 1-${content.length - 1}/${content.length}`, 'content-length': body.length}).end(body);
	},
	noRange({response, options: {content, validator}}) {
		response.writeHead(206, {...tagOf(content, validator), 'content-length': content.length}).end(content);
	},
	status412: withStatus(412),
	status416: withStatus(416),
	status429: withStatus(429, {'retry-after': '1'}),
	status503: withStatus(503),
	stallHead() {
		// Nothing, for ever.
	},
	stallBody({request, response, options: {content, validator}, share}) {
		const {start, status, headers} = partFor(request, content, validator);
		const body = content.subarray(Math.min(start, content.length));
		response.writeHead(status, {...headers, 'content-length': body.length});
		response.write(body.subarray(0, Math.floor(body.length * share)));
	},
	endless({response, options: {content}}) {
		response.writeHead(200, {});
		response.write(content);
		const zeros = new Uint8Array(64 * 1024);
		const more = (): void => {
			while (!response.destroyed && response.write(zeros)) {
				// Until the reader has enough.
			}
		};

		response.on('drain', more);
		more();
	},
	hugeHead({response, options: {content}}) {
		response.writeHead(200, {'x-much': 'a'.repeat(64 * 1024), 'content-length': content.length}).end(content);
	},
	reset({request}) {
		request.socket.resetAndDestroy();
	},
};

/** Starts a server on this machine that misbehaves as told, until the end of the test. */
export const uglyServer = async (t: ExecutionContext, options: UglyOptions): Promise<UglyServer> => {
	const seen: Seen[] = [];
	const server = http.createServer((request, response) => {
		const number = seen.length;
		const behaviour = options.behaviour(number);
		seen.push({behaviour, range: request.headers.range, headers: request.headers});
		response.on('error', () => undefined);
		request.socket.on('error', () => undefined);
		answers[behaviour]({request, response, options, share: options.share(number)});
	});
	server.listen(0, '127.0.0.1');
	await once(server, 'listening');
	t.teardown(() => {
		server.closeAllConnections();
		server.close();
	});
	return {address: `http://127.0.0.1:${(server.address() as AddressInfo).port}/data/train.gz`, seen};
};
