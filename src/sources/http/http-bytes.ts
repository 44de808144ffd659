import {messageOf} from '../../errors/thrown.ts';
import type {DetailsOf} from '../../errors/catalogue.ts';
import {createError, ThreadloomError} from '../../errors/threadloom-error.ts';
import {throwIfAborted} from '../../stream/abort.ts';
import {showAddress} from './address.ts';
import {attempt, type Ending} from './attempt.ts';
import {isFinal, TransientFailure} from './failure.ts';
import type {Network} from './network.ts';
import type {Known, Reading} from './representation.ts';

export interface HttpBytesOptions {
	/** The file's address, then its mirrors. */
	readonly addresses: readonly URL[];
	/** Sha256 that the file must have, where known. */
	readonly sha256: string | undefined;
	readonly known: Known;
	readonly reading: Reading;
	readonly network: Network;
	readonly signal: AbortSignal;
	/** Called with the address that gave the last byte. */
	readonly onServed: (address: URL) => void;
	/** Called when nothing but the format of the file can tell whether its end is the end. */
	readonly onDoubt: () => void;
}

/** An attempt that brings this much is progress: its cut counts from one again. */
const progressBytes = 1024 * 1024;
const firstWait = 250;
const longestWait = 30_000;
/** What a server may ask for. */
const longestAsked = 60_000;

/** Doubling waits, spread so that clients do not come back together; never less than the server asks for, up to its bound. */
const waitBefore = (retry: number, {retryAfter = 0}: TransientFailure, jitter: number): number => Math.max(
	Math.min(firstWait * 2 ** (retry - 1), longestWait) * (0.5 + jitter / 2),
	Math.min(retryAfter, longestAsked),
);

/** Reads what one address gives, over as many attempts as bring a mebibyte, and `retries` in a row that do not. */
async function * fromAddress(url: URL, {refusesPages, ...options}: HttpBytesOptions & {readonly refusesPages: boolean}): AsyncGenerator<Uint8Array, void> {
	const {addresses, sha256, known, reading, network, signal, onDoubt} = options;
	const path = showAddress(addresses[0]!);
	const address = showAddress(url);
	let failures = 0;
	let attempts = 0;
	let mayEndAt: number | undefined;
	for (;;) {
		const before = reading.offset();
		let failure: TransientFailure;
		attempts++;
		try {
			const ending: Ending = yield * attempt({
				url, path, known, reading, isPinned: sha256 !== undefined, refusesPages, mayEndAt, network, signal,
			});
			if (ending !== 'unsure') {
				if (ending === 'probable') {
					onDoubt();
				}

				return;
			}

			// Only another answer tells whether that was the end.
			mayEndAt = reading.offset();
			failure = new TransientFailure('the body ended without a word on its length');
		} catch (error) {
			throwIfAborted(signal);
			if (!(error instanceof TransientFailure)) {
				throw error;
			}

			failure = error;
		}

		if (reading.digest() === sha256) {
			// All is there, whatever the connection made of its end.
			return;
		}

		failures = reading.offset() - before >= progressBytes ? 1 : failures + 1;
		if (failures > network.retries) {
			if (mayEndAt === reading.offset()) {
				onDoubt();
				return;
			}

			throw createError('HTTP_UNAVAILABLE', {address, attempts, offset: reading.offset(), reason: failure.message}, {cause: failure.cause});
		}

		const milliseconds = waitBefore(failures, failure, network.jitter());
		network.onEvent({
			type: 'download', state: 'retry', address, offset: reading.offset(), reason: failure.message, attempt: failures, attempts: network.retries, wait: milliseconds / 1000,
		});
		await network.wait(milliseconds, signal);
	}
}

/**
 * Reads a remote file from its first byte to its last, over cuts, restarts and mirrors.
 *
 * What was handed on is never handed on again, and never followed by bytes of another file: a rest is joined to it only
 * under a strong ETag of the same address or a known digest, and a new start must repeat the same bytes first. The
 * whole is checked against a known digest by the caller.
 * @throws the codes of addresses, answers and content; of several addresses the one that is worth another try
 */
export async function * httpBytes(options: HttpBytesOptions): AsyncGenerator<Uint8Array, void> {
	const {addresses, network, signal, reading} = options;
	const failures: unknown[] = [];
	for (const [index, url] of addresses.entries()) {
		try {
			yield * fromAddress(url, {...options, refusesPages: index < addresses.length - 1});
			options.onServed(url);
			return;
		} catch (error) {
			throwIfAborted(signal);
			if (isFinal(error)) {
				throw error;
			}

			failures.push(error);
			const next = addresses[index + 1];
			if (next !== undefined) {
				network.onEvent({
					type: 'download', state: 'mirror', address: showAddress(next), offset: reading.offset(), reason: messageOf(error),
				});
			}
		}
	}

	const unavailable = failures.find((error): error is ThreadloomError => error instanceof ThreadloomError && error.code === 'HTTP_UNAVAILABLE');
	if (unavailable === undefined || addresses.length === 1) {
		throw unavailable ?? failures[0];
	}

	throw createError('HTTP_UNAVAILABLE', {...unavailable.details as DetailsOf<'HTTP_UNAVAILABLE'>, others: addresses.length - 1}, {cause: unavailable});
}
