import {once} from 'node:events';
import gunzipMaybe from 'gunzip-maybe';
import {createError, ThreadloomError} from '../errors/threadloom-error.ts';

const mostAhead = 256 * 1024;
/** The old stream queues 16 pieces whatever their size, and all of them may come before the first byte is unpacked: less than `limit-bytes.ts` has for a header. */
const feedBytes = 64 * 1024;

/** Of zeros after the last member that are looked through: a server may send them without end. */
const mostPadding = 512 * 1024;

/** What the feeding of the decompressor has seen so far. */
interface Feeding {
	offset: number;
	/** Of the last byte that is not zero; -1 for none. */
	lastNonZero: number;
	error?: unknown;
}

/** What of a stream of duplexify says how far the decompressor inside gunzip-maybe came: it stops at a zero behind a member and takes no more. */
interface Wrapped {
	readonly _writable?: {readonly _writable?: {readonly bytesWritten?: number}};
}

/** Writes all input into the decompressor, whose next piece is read while it works, until all is unpacked; ends early when `stop` aborts. */
const feed = async (bytes: AsyncIterable<Uint8Array>, unzip: NodeJS.WritableStream, state: Feeding, {stop, over}: {readonly stop: AbortSignal; readonly over: AbortSignal}): Promise<void> => {
	const signal = AbortSignal.any([stop, over]);
	let drained: Promise<unknown> | undefined;
	let after = 0;
	for await (const piece of bytes) {
		for (let offset = 0; offset < piece.length; offset += feedBytes) {
			try {
				await drained;
			} catch (error) {
				if (!over.aborted) {
					throw error;
				}
			}

			if (stop.aborted) {
				return;
			}

			const part = piece.subarray(offset, offset + feedBytes);
			const last = part.findLastIndex(byte => byte !== 0);
			state.lastNonZero = last === -1 ? state.lastNonZero : state.offset + last;
			state.offset += part.length;
			if (over.aborted) {
				after += part.length;
				if (after > mostPadding) {
					return;
				}

				continue;
			}

			drained = unzip.write(part) ? undefined : once(unzip, 'drain', {signal});
			// It is awaited before the next piece, which may never come.
			drained?.catch(() => undefined);
		}
	}

	if (!over.aborted) {
		unzip.end();
	}
};

const asGzipError = (error: unknown, path: string, offset: number): unknown => {
	if (error instanceof ThreadloomError) {
		return error;
	}

	const {code, message} = error as NodeJS.ErrnoException;
	if (code === 'Z_BUF_ERROR') {
		return createError('GZIP_TRUNCATED', {path, offset}, {cause: error});
	}

	// The package's own sentence is all that tells this case from others.
	return message === 'Maximum recursion reached'
		? createError('GZIP_NESTED', {path}, {cause: error})
		: createError('GZIP_CORRUPT', {path, offset, reason: message}, {cause: error});
};

/** Pieces between a stream that pushes and a reader that pulls; the stream is paused while enough of them wait. */
const createQueue = (stream: NodeJS.ReadableStream, aheadBytes: number): {readonly take: () => Promise<Uint8Array | undefined>; readonly fail: (error: unknown) => void} => {
	let pieces: Uint8Array[] = [];
	let next = 0;
	let held = 0;
	let ending: {readonly error?: unknown} | undefined;
	let wake: (() => void) | undefined;
	const end = (how: {readonly error?: unknown}): void => {
		ending ??= how;
		wake?.();
	};

	const fail = (error: unknown): void => {
		end({error});
	};

	stream.on('data', (piece: Uint8Array) => {
		pieces.push(piece);
		held += piece.length;
		if (held >= aheadBytes) {
			stream.pause();
		}

		wake?.();
	});
	stream.on('error', fail);
	stream.on('end', () => {
		end({});
	});
	const isWaiting = (): boolean => next === pieces.length && ending === undefined;
	const woken = async (): Promise<void> => new Promise(resolve => {
		wake = resolve;
	});

	return {
		async take() {
			while (isWaiting()) {
				await woken();
			}

			const piece = pieces[next];
			if (piece !== undefined) {
				next++;
				held -= piece.length;
				if (next === pieces.length) {
					pieces = [];
					next = 0;
				}

				if (held < aheadBytes) {
					stream.resume();
				}

				return piece;
			}

			if (ending !== undefined && 'error' in ending) {
				throw ending.error;
			}

			return undefined;
		},
		fail,
	};
};

/**
 * Unpacks one layer of gzip by gunzip-maybe, a bounded number of bytes ahead of its reader.
 *
 * The input has been sniffed before: gunzip-maybe hands on what is not gzip. Its stream is of the old kind: errors are
 * carried by hand, and closing the output closes the input.
 * @throws GZIP_TRUNCATED, GZIP_CORRUPT, GZIP_NESTED, and whatever the input throws
 */
export async function * gunzip(
	bytes: AsyncIterable<Uint8Array>,
	{path, aheadBytes = mostAhead}: {readonly path: string; /** What is unpacked ahead of the reader, so that the decompressor's thread works while this one decodes. @default 256 KiB, and never more */ readonly aheadBytes?: number},
): AsyncGenerator<Uint8Array, void> {
	const unzip = gunzipMaybe(1);
	const queue = createQueue(unzip, Math.min(aheadBytes, mostAhead));
	const stop = new AbortController();
	/** All is unpacked: what still comes may be padding, and is not written any more. */
	const over = new AbortController();
	const state: Feeding = {offset: 0, lastNonZero: -1};
	const feeding = (async () => {
		try {
			await feed(bytes, unzip, state, {stop: stop.signal, over: over.signal});
		} catch (error) {
			if (!stop.signal.aborted) {
				state.error = error;
				queue.fail(error);
			}
		}
	})();

	try {
		for (let piece = await queue.take(); piece !== undefined; piece = await queue.take()) {
			yield piece;
		}

		const unpackedTo = (unzip as Wrapped)._writable?._writable?.bytesWritten ?? Number.POSITIVE_INFINITY;
		over.abort();
		await feeding;
		if (state.error !== undefined) {
			throw state.error;
		}

		if (state.lastNonZero >= unpackedTo) {
			throw createError('GZIP_CORRUPT', {path, offset: state.lastNonZero, reason: `after its end at byte ${unpackedTo} come other bytes than zeros`});
		}
	} catch (error) {
		throw asGzipError(state.error ?? error, path, state.offset);
	} finally {
		stop.abort();
		unzip.destroy();
		await feeding;
	}
}
