import {Buffer} from 'node:buffer';
import {createError} from '../errors/threadloom-error.ts';
import {gunzip} from './gunzip.ts';

const quoted = 16;
const gzipMagic = [0x1F, 0x8B] as const;
const deflate = 8;

/** The first bytes as people can read them: text where it is printable, hex otherwise. */
const quote = (start: Uint8Array): string => {
	const bytes = Buffer.from(start.subarray(0, quoted));
	const text = bytes.toString('latin1');
	return /^[\t\n\r -~]+$/u.test(text) ? JSON.stringify(text) : (bytes.toString('hex').match(/../gu) ?? []).join(' ');
};

/** Bytes that have been looked at, followed by those that have not. */
async function * rejoin(start: Uint8Array, input: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array, void> {
	try {
		yield start;
		for (;;) {
			const piece = await input.next();
			if (piece.done) {
				return;
			}

			yield piece.value;
		}
	} finally {
		await input.return?.();
	}
}

/**
 * Gives the bytes of an IDX file, unpacked if they are gzipped: the first bytes decide, not the name.
 *
 * @throws EMPTY, NOT_GZIP, NOT_IDX, and the codes of gunzip and of the input
 */
export async function * unpack(bytes: AsyncIterable<Uint8Array>, {path, ...ahead}: {readonly path: string; readonly aheadBytes?: number}): AsyncGenerator<Uint8Array, void> {
	const input = bytes[Symbol.asyncIterator]();
	let start: Uint8Array = new Uint8Array(0);
	let handedOn = false;
	try {
		while (start.length < quoted) {
			const piece = await input.next();
			if (piece.done) {
				break;
			}

			start = start.length === 0 ? piece.value : Buffer.concat([start, piece.value]);
		}

		const [first, second] = start;
		if (first === undefined) {
			throw createError('EMPTY', {path});
		}

		if (first === gzipMagic[0] && (second ?? gzipMagic[1]) === gzipMagic[1]) {
			if (start.length < 3) {
				// The package takes fewer than three bytes for something that is not gzip.
				throw createError('GZIP_TRUNCATED', {path, offset: start.length});
			}

			if (start[2] !== deflate) {
				throw createError('GZIP_CORRUPT', {path, offset: 2, reason: `compression method ${start[2]} is unknown`});
			}

			handedOn = true;
			yield * gunzip(rejoin(start, input), {path, ...ahead});
		} else if (first === 0 && (second ?? 0) === 0) {
			handedOn = true;
			yield * rejoin(start, input);
		} else {
			// What is shown of an address may go on with a query.
			throw createError(/\.gz(?:\?|$)/u.test(path) ? 'NOT_GZIP' : 'NOT_IDX', {path, start: quote(start)});
		}
	} finally {
		if (!handedOn) {
			await input.return?.();
		}
	}
}
