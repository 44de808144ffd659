import {once} from 'node:events';
import type {IncomingMessage} from 'node:http';
import {createError} from '../../errors/threadloom-error.ts';
import {abortError, throwIfAborted} from '../../stream/abort.ts';
import {addressFault, showAddress} from './address.ts';
import {createGuard} from './connect.ts';
import {withDeadline} from './deadline.ts';
import {asFailure} from './failure.ts';
import type {Network} from './network.ts';

export type Headers = Readonly<Record<string, string | string[] | undefined>>;

/** The head of an answer, with its body still to come. */
export interface HttpResponse {
	/** Where the redirects ended, for people. */
	readonly address: string;
	readonly status: number;
	readonly headers: Headers;
	readonly header: (name: string) => string | undefined;
	readonly body: AsyncIterator<Uint8Array>;
	/** Drops the connection. */
	readonly close: (error?: Error) => void;
}

export interface RequestOptions {
	readonly headers: Readonly<Record<string, string>>;
	readonly network: Network;
	readonly signal: AbortSignal;
}

const mostRedirects = 5;
const largestHead = 16 * 1024;
const redirects: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/** What sends requests: loaded only when something is fetched, for it is large. */
const loadClient = async () => {
	const [{default: got}, {default: http}, {default: https}] = await Promise.all([import('got'), import('node:http'), import('node:https')]);
	// A connection of its own for each request: none is left over from an address that was checked for another.
	return {got, agent: {http: new http.Agent({keepAlive: false}), https: new https.Agent({keepAlive: false})}};
};

/** Asks once, without following anything. */
const ask = async (url: URL, {headers, network, signal}: RequestOptions, isRedirect: boolean): Promise<HttpResponse> => {
	throwIfAborted(signal);
	const address = showAddress(url);
	const guard = createGuard(url, {isRedirect, network});
	const {got, agent} = await loadClient();
	const request = got.stream(url, {
		headers: {'user-agent': 'threadloom', 'accept-encoding': 'identity', ...headers},
		agent,
		dnsLookup: guard.lookup,
		// Said, so that no variable of the environment turns it off.
		https: {rejectUnauthorized: true},
		maxHeaderSize: largestHead,
		decompress: false,
		followRedirect: false,
		throwHttpErrors: false,
		retry: {limit: 0},
	});
	// Whoever reads hears of it; after that nobody may.
	request.on('error', () => undefined);
	const onAbort = (): void => {
		request.destroy(abortError(signal));
	};

	signal.addEventListener('abort', onAbort, {once: true});
	request.once('close', () => {
		signal.removeEventListener('abort', onAbort);
	});
	const close = (error?: Error): void => {
		request.destroy(error);
	};

	try {
		const [response] = await withDeadline(once(request, 'response') as Promise<[IncomingMessage]>, {
			milliseconds: network.headersTimeout, reason: `no answer within ${network.headersTimeout / 1000} s`, late: close,
		});
		return {
			address,
			status: response.statusCode!,
			headers: response.headers,
			header(name) {
				const value = response.headers[name];
				return typeof value === 'string' ? value : undefined;
			},
			body: request[Symbol.asyncIterator]() as AsyncIterator<Uint8Array>,
			close,
		};
	} catch (error) {
		close();
		throwIfAborted(signal);
		throw guard.refusal() ?? asFailure(error, address);
	}
};

/** Where a redirect leads. @throws REDIRECT_REFUSED, HTTP_PROTOCOL */
const follow = (url: URL, {address, header}: HttpResponse): URL => {
	const location = header('location');
	if (location === undefined || !URL.canParse(location, url.href)) {
		throw createError('HTTP_PROTOCOL', {address, header: 'location', reason: 'a redirect leads to no address'});
	}

	const next = new URL(location, url);
	const reason = addressFault(next.href) ?? (url.protocol === 'https:' && next.protocol === 'http:' ? 'it leaves https' : undefined);
	if (reason !== undefined) {
		throw createError('REDIRECT_REFUSED', {address, to: showAddress(next), reason});
	}

	return next;
};

/**
 * Asks for a file and follows redirects by hand: each hop is checked like the first, and stricter.
 *
 * No request carries credentials, so none can be carried elsewhere.
 * @throws ADDRESS_REFUSED, REDIRECT_REFUSED, REDIRECT_LOOP, HTTP_PROTOCOL, TLS_REFUSED, ABORTED; TransientFailure
 */
export const openResponse = async (start: URL, options: RequestOptions): Promise<HttpResponse> => {
	const seen = new Set<string>();
	let url = start;
	for (;;) {
		seen.add(url.href);
		const response = await ask(url, options, url !== start);
		if (!redirects.has(response.status)) {
			return response;
		}

		response.close();
		url = follow(url, response);
		if (seen.has(url.href)) {
			throw createError('REDIRECT_LOOP', {address: showAddress(start), reason: 'it redirects in a circle'});
		}

		if (seen.size > mostRedirects) {
			throw createError('REDIRECT_LOOP', {address: showAddress(start), reason: `it redirects more than ${mostRedirects} times`});
		}
	}
};
