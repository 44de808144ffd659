import {Buffer} from 'node:buffer';
import {createError} from '../errors/threadloom-error.ts';
import {createBlockDecoder, type BlockOptions, type IdxBlock} from './block-decoder.ts';
import {parseIdxHeader, type IdxHeader} from './header.ts';

/** An IDX stream whose header has been read. */
export interface IdxReader {
	readonly header: IdxHeader;
	/** Reads all records, once. The last block leaves only when the input has ended where the header says. */
	readonly blocks: (options: Omit<BlockOptions, 'path'>) => AsyncGenerator<IdxBlock, void>;
	/** Closes the input, whether or not it was read. */
	readonly close: () => Promise<void>;
}

/**
 * Reads the header of an IDX stream and no more than the piece of input that completes it.
 *
 * The input is closed when anything fails.
 * @throws IDX_MAGIC, IDX_DIMENSION, IDX_TRUNCATED, and whatever the input throws
 */
export const openIdx = async (bytes: AsyncIterable<Uint8Array>, {path}: {readonly path: string}): Promise<IdxReader> => {
	const input = bytes[Symbol.asyncIterator]();
	const close = async (): Promise<void> => {
		await input.return?.();
	};

	let start: Uint8Array = new Uint8Array(0);
	let header: IdxHeader | undefined;
	try {
		for (;;) {
			header = parseIdxHeader(start, {path});
			if (header !== undefined) {
				break;
			}

			const piece = await input.next();
			if (piece.done) {
				throw createError('IDX_TRUNCATED', {path, expected: start.length < 4 ? 4 : 4 + (4 * start[3]!), got: start.length});
			}

			start = start.length === 0 ? piece.value : Buffer.concat([start, piece.value]);
		}
	} catch (error) {
		await close();
		throw error;
	}

	const known = header;
	const rest = start.subarray(known.headerBytes);
	return {
		header: known,
		async * blocks(options) {
			const decoder = createBlockDecoder(known, {...options, path});
			try {
				yield * decoder.push(rest);
				for (;;) {
					const piece = await input.next();
					if (piece.done) {
						break;
					}

					yield * decoder.push(piece.value);
				}

				yield decoder.end();
			} finally {
				await close();
			}
		},
		close,
	};
};

/** Records that fit into a number of bytes, one at least. */
export const recordsWithin = (chunkBytes: number, recordBytes: number): number => Math.max(1, Math.floor(chunkBytes / recordBytes));
