import {Buffer} from 'node:buffer';
import {createError, type ThreadloomError} from '../errors/threadloom-error.ts';
import {bytesPerElement, viewOf, type TypedArray} from '../tensor/dtypes.ts';
import {sizeOf} from '../tensor/shape.ts';
import {swapToHost} from './endian.ts';
import type {IdxHeader} from './header.ts';

/** Consecutive whole records: `values` is [count, …record]. */
export interface IdxBlock {
	readonly first: number;
	readonly count: number;
	readonly values: TypedArray;
}

export interface BlockOptions {
	/** Names the file in errors. */
	readonly path: string;
	/** Records in every block but the last. */
	readonly recordsPerBlock: number;
	/** Hears of each record with NaN or an infinity; without it the first ends the reading. */
	readonly onNonFinite?: ((fault: {readonly record: number; readonly offset: number; readonly error: ThreadloomError}) => void) | undefined;
	/** Hears how many bytes came after the last record; without it the first ends the reading. */
	readonly onTrailing?: ((bytes: number) => void) | undefined;
}

/** The push side of the decoder, for the bytes after the header. */
export interface BlockDecoder {
	/** Takes bytes and hands out the blocks that they complete, the last one excepted. */
	readonly push: (bytes: Uint8Array) => Iterable<IdxBlock>;
	/** Hands out the last block, once the input has ended where the header says. */
	readonly end: () => IdxBlock;
}

const checkFinite = ({first, values}: IdxBlock, {record: shape, headerBytes, recordBytes, dtype}: IdxHeader, {path, onNonFinite}: BlockOptions): void => {
	const size = sizeOf(shape);
	for (let element = 0; element < values.length; element++) {
		if (Number.isFinite(values[element])) {
			continue;
		}

		const row = Math.floor(element / size);
		const record = first + row;
		const offset = headerBytes + (first * recordBytes) + (element * bytesPerElement(dtype));
		const error = createError('NONFINITE_INPUT', {
			path, record, offset, value: String(values[element]),
		});
		if (onNonFinite === undefined) {
			throw error;
		}

		onNonFinite({record, offset, error});
		element = ((row + 1) * size) - 1; // Once a record.
	}
};

/**
 * Makes an incremental decoder of IDX data: bytes in any pieces go in, blocks of whole records come out.
 *
 * Blocks are copies, so their cuts depend on `recordsPerBlock` alone and never on how the bytes arrived; the copy costs
 * about a hundredth of what gunzip costs.
 * @throws IDX_TRAILING, IDX_TRUNCATED, NONFINITE_INPUT
 */
export const createBlockDecoder = (header: IdxHeader, options: BlockOptions): BlockDecoder => {
	const {path, recordsPerBlock, onTrailing} = options;
	if (!(Number.isInteger(recordsPerBlock) && recordsPerBlock >= 1)) {
		throw new RangeError(`Expected \`recordsPerBlock\` to be an integer of at least 1. Received: ${recordsPerBlock}`);
	}

	const {dtype, count, recordBytes, headerBytes, totalBytes} = header;
	const check = dtype === 'float32' || dtype === 'float64';
	let received = headerBytes;
	let first = 0;
	let block: Uint8Array | undefined;
	let filled = 0;
	let trailing = 0;
	let last: IdxBlock | undefined;

	const finish = (bytes: Uint8Array): IdxBlock => {
		const width = bytesPerElement(dtype);
		swapToHost(bytes, width);
		const done = {first, count: bytes.length / recordBytes, values: viewOf(dtype, bytes.buffer, bytes.byteOffset, bytes.length / width)};
		if (check) {
			checkFinite(done, header, options);
		}

		first += done.count;
		block = undefined;
		filled = 0;
		return done;
	};

	return {
		* push(bytes) {
			let offset = 0;
			while (offset < bytes.length) {
				if (received === totalBytes) {
					if (onTrailing === undefined) {
						throw createError('IDX_TRAILING', {path, offset: totalBytes});
					}

					trailing += bytes.length - offset;
					return;
				}

				// Not from Buffer's pool: the elements must be aligned, and the buffer belongs to the block alone.
				block ??= Buffer.allocUnsafeSlow(Math.min(recordsPerBlock, count - first) * recordBytes);
				const length = Math.min(block.length - filled, bytes.length - offset);
				block.set(bytes.subarray(offset, offset + length), filled);
				filled += length;
				offset += length;
				received += length;
				if (filled === block.length) {
					const done = finish(block);
					if (first === count) {
						last = done;
					} else {
						yield done;
					}
				}
			}
		},
		end() {
			if (last === undefined) {
				throw createError('IDX_TRUNCATED', {
					path,
					expected: totalBytes,
					got: received,
					record: Math.floor((received - headerBytes) / recordBytes),
				});
			}

			if (trailing > 0) {
				onTrailing?.(trailing);
			}

			return last;
		},
	};
};
