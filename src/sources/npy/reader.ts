import {Buffer} from 'node:buffer';
import {createError} from '../../errors/threadloom-error.ts';
import {npyHeaderLength, parseNpyHeader, type NpyHeader} from './header.ts';

/** Consecutive records as they lie in a file. */
export interface NpyBlock {
	readonly first: number;
	readonly count: number;
	readonly bytes: Uint8Array;
}

/** A .npy stream whose header has been read. */
export interface NpyReader {
	readonly header: NpyHeader;
	/** Reads all records, once; the last block leaves only when the input has ended where the header says. */
	readonly blocks: (recordsPerBlock: number) => AsyncGenerator<NpyBlock, void>;
	readonly close: () => Promise<void>;
}

/**
 * Reads the header of a .npy stream and no more than the piece of input that completes it.
 *
 * @throws NPY_HEADER, NPY_TRUNCATED, NPY_TRAILING, and whatever the input throws
 */
export const openNpy = async (input: AsyncIterable<Uint8Array>, {path}: {readonly path: string}): Promise<NpyReader> => {
	const pieces = input[Symbol.asyncIterator]();
	const close = async (): Promise<void> => {
		await pieces.return?.();
	};

	let start: Uint8Array = new Uint8Array(0);
	let header: NpyHeader | undefined;
	try {
		for (;;) {
			const length = npyHeaderLength(start, {path});
			if (length !== undefined && start.length >= length) {
				header = parseNpyHeader(start.subarray(0, length), {path});
				break;
			}

			const piece = await pieces.next();
			if (piece.done) {
				throw createError('NPY_TRUNCATED', {path, expected: length ?? 12, got: start.length});
			}

			start = start.length === 0 ? piece.value : Buffer.concat([start, piece.value]);
		}
	} catch (error) {
		await close();
		throw error;
	}

	const {recordBytes, headerBytes, totalBytes, count: total} = header;

	async function * rest(): AsyncGenerator<Uint8Array, void> {
		yield start.subarray(headerBytes);
		for (let piece = await pieces.next(); !piece.done; piece = await pieces.next()) {
			yield piece.value;
		}
	}

	async function * blocks(recordsPerBlock: number): AsyncGenerator<NpyBlock, void> {
		let received = headerBytes;
		let first = 0;
		let block: Uint8Array | undefined;
		let filled = 0;
		let last: NpyBlock | undefined;
		try {
			for await (const piece of rest()) {
				for (let offset = 0; offset < piece.length;) {
					if (received === totalBytes) {
						throw createError('NPY_TRAILING', {path, offset: totalBytes});
					}

					block ??= new Uint8Array(Math.min(recordsPerBlock, total - first) * recordBytes);
					const length = Math.min(block.length - filled, piece.length - offset);
					block.set(piece.subarray(offset, offset + length), filled);
					filled += length;
					offset += length;
					received += length;
					if (filled === block.length) {
						const done = {first, count: filled / recordBytes, bytes: block};
						first += done.count;
						filled = 0;
						block = undefined;
						if (first === total) {
							last = done;
						} else {
							yield done;
						}
					}
				}
			}

			if (last === undefined) {
				throw createError('NPY_TRUNCATED', {
					path, expected: totalBytes, got: received, record: Math.floor((received - headerBytes) / recordBytes),
				});
			}

			yield last;
		} finally {
			await close();
		}
	}

	return {header, blocks, close};
};
