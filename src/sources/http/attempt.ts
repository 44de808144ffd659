import {createError} from '../../errors/threadloom-error.ts';
import {abortError} from '../../stream/abort.ts';
import {createRateCheck, withDeadline} from './deadline.ts';
import {asFailure, statusFailure, TransientFailure} from './failure.ts';
import type {Network} from './network.ts';
import {openResponse, type HttpResponse} from './open-response.ts';
import {createPrefix, learn, type Known, type Reading} from './representation.ts';
import {readFacts} from './response-facts.ts';

export interface AttemptOptions {
	readonly url: URL;
	/** The file as errors name it. */
	readonly path: string;
	readonly known: Known;
	readonly reading: Reading;
	/** Whether the digest of the whole is known, so that any part may be joined to any other. */
	readonly isPinned: boolean;
	/** Whether pages are refused: another address may have the file. */
	readonly refusesPages: boolean;
	/** The file is whole if it still ends here: an earlier answer ended without saying so. */
	readonly mayEndAt: number | undefined;
	readonly network: Network;
	readonly signal: AbortSignal;
}

/** How the body of an attempt ended: for certain, perhaps by a cut, or twice in the same place without a word. */
export type Ending = 'end' | 'unsure' | 'probable';

/** Pieces of a body, each within its deadline. */
async function * paced({address, body, close}: HttpResponse, {network, signal}: AttemptOptions): AsyncGenerator<Uint8Array, void> {
	const {bodyTimeout, minimumRate, rateWindow} = network;
	const rateCheck = createRateCheck({rate: minimumRate, window: rateWindow});
	for (;;) {
		const since = performance.now();
		let piece: IteratorResult<Uint8Array, unknown>;
		try {
			piece = await withDeadline(body.next(), {
				milliseconds: bodyTimeout, reason: `the body brought nothing for ${bodyTimeout / 1000} s`, late: close,
			});
		} catch (error) {
			throw signal.aborted ? abortError(signal) : asFailure(error, address);
		}

		if (piece.done) {
			return;
		}

		rateCheck.add(piece.value.length, performance.now() - since);
		yield piece.value;
	}
}

/** What to ask for: the rest, where it can only belong to what came before; otherwise all. */
const requestHeaders = ({url, known, reading, isPinned}: AttemptOptions): Record<string, string> => {
	const offset = reading.offset();
	const etag = known.etags.get(url.href);
	if (offset === 0 || (!isPinned && etag === undefined)) {
		return {};
	}

	return {range: `bytes=${offset}-`, ...(etag !== undefined && {'if-range': etag})};
};

/** A 416 says where the file ends. */
const isEnd = ({header}: HttpResponse, {mayEndAt}: AttemptOptions): boolean =>
	mayEndAt !== undefined && header('content-range') === `bytes */${mayEndAt}`;

const checkStatus = ({status, headers, header, address}: HttpResponse, {refusesPages, reading}: AttemptOptions): void => {
	if (status === 416) {
		throw createError('HTTP_PROTOCOL', {address, header: 'content-range', reason: `status 416 and "${header('content-range') ?? ''}" to a request from byte ${reading.offset()} on`});
	}

	if (status !== 200 && status !== 206) {
		throw statusFailure(status, headers, address);
	}

	const type = header('content-type') ?? '';
	if (refusesPages && /^(?:text\/html|application\/xhtml\+xml)\b/iu.test(type)) {
		throw createError('BODY_PAGE', {address, type});
	}
};

/**
 * Asks one address once for the bytes that are still missing, and hands on what comes.
 *
 * @throws TransientFailure for a cut and whatever else may pass; SOURCE_CHANGED; the codes of `openResponse` and of answers
 */
export async function * attempt(options: AttemptOptions): AsyncGenerator<Uint8Array, Ending> {
	const {url, path, known, reading, isPinned, mayEndAt} = options;
	const response = await openResponse(url, {...options, headers: requestHeaders(options)});
	try {
		if (response.status === 416 && isEnd(response, options)) {
			return 'end';
		}

		checkStatus(response, options);
		const facts = readFacts(response, {offset: reading.offset()});
		learn(known, facts, {address: url.href, path, isPinned});
		const prefix = facts.start === reading.offset() ? undefined : createPrefix(reading, {start: facts.start, path});
		for await (const piece of paced(response, options)) {
			const fresh = prefix?.skip(piece) ?? piece;
			if (fresh.length > 0) {
				reading.add(fresh);
				yield fresh;
			}
		}

		const offset = reading.offset();
		if (prefix?.isPassed() === false) {
			throw new TransientFailure('the body ended before the place where it was cut last');
		}

		if (known.length === undefined) {
			return facts.hasEnd ? 'end' : (mayEndAt === offset ? 'probable' : 'unsure');
		}

		if (offset < known.length) {
			throw new TransientFailure(`the body was cut after ${offset} of ${known.length} bytes`);
		}

		if (offset > known.length) {
			throw createError('HTTP_PROTOCOL', {address: response.address, header: 'content-length', reason: `more than ${known.length} bytes came`});
		}

		return 'end';
	} finally {
		response.close();
	}
}
