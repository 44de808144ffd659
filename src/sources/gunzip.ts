import {once} from 'node:events';
import {Readable} from 'node:stream';
import gunzipMaybe from 'gunzip-maybe';
import {createError, ThreadloomError} from '../errors/threadloom-error.ts';

const windowBytes = 256 * 1024;
/** The old stream queues 16 pieces whatever their size, so they are small. */
const feedBytes = 128 * 1024;

/** What the feeding of the decompressor has seen so far. */
interface Feeding {
	offset: number;
	error?: unknown;
}

/** Writes all input into the decompressor, at its pace; ends early when `signal` aborts. */
const feed = async (bytes: AsyncIterable<Uint8Array>, unzip: NodeJS.WritableStream, state: Feeding, signal: AbortSignal): Promise<void> => {
	for await (const piece of bytes) {
		if (signal.aborted) {
			return;
		}

		state.offset += piece.length;
		for (let offset = 0; offset < piece.length; offset += feedBytes) {
			if (!unzip.write(piece.subarray(offset, offset + feedBytes))) {
				await once(unzip, 'drain', {signal});
			}
		}
	}

	unzip.end();
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

/**
 * Unpacks one layer of gzip by gunzip-maybe, pulled by its reader.
 *
 * The input has been sniffed before: gunzip-maybe hands on what is not gzip. Its stream is of the old kind, so it is
 * wrapped, errors are carried by hand, and closing the output closes the input.
 * @throws GZIP_TRUNCATED, GZIP_CORRUPT, GZIP_NESTED, and whatever the input throws
 */
export async function * gunzip(bytes: AsyncIterable<Uint8Array>, {path}: {readonly path: string}): AsyncGenerator<Uint8Array, void> {
	const unzip = gunzipMaybe(1);
	const output = new Readable({highWaterMark: windowBytes}).wrap(unzip);
	const stop = new AbortController();
	const state: Feeding = {offset: 0};
	const feeding = (async () => {
		try {
			await feed(bytes, unzip, state, stop.signal);
		} catch (error) {
			if (!stop.signal.aborted) {
				state.error = error;
				output.destroy(error instanceof Error ? error : new Error(String(error)));
			}
		}
	})();

	try {
		yield * output as AsyncIterable<Uint8Array>;
	} catch (error) {
		throw asGzipError(state.error ?? error, path, state.offset);
	} finally {
		stop.abort();
		output.destroy();
		await feeding;
	}
}
