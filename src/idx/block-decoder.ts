import {Buffer} from 'node:buffer';
import {createError} from '../errors/threadloom-error.ts';
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
	/** What happens to NaN and infinities in float data. @default 'fail' */
	readonly nonFinite?: 'fail' | 'keep';
}

/** The push side of the decoder, for the bytes after the header. */
export interface BlockDecoder {
	/** Takes bytes and hands out the blocks that they complete, the last one excepted. */
	readonly push: (bytes: Uint8Array) => Iterable<IdxBlock>;
	/** Hands out the last block, once the input has ended where the header says. */
	readonly end: () => IdxBlock;
}

const checkFinite = ({first, values}: IdxBlock, header: IdxHeader, path: string): void => {
	const bad = values.findIndex(value => !Number.isFinite(value));
	if (bad !== -1) {
		const size = sizeOf(header.record);
		throw createError('NONFINITE_INPUT', {
			path,
			record: first + Math.floor(bad / size),
			offset: header.headerBytes + (first * header.recordBytes) + (bad * bytesPerElement(header.dtype)),
			value: String(values[bad]),
		});
	}
};

/**
 * Makes an incremental decoder of IDX data: bytes in any pieces go in, blocks of whole records come out.
 *
 * Blocks are copies, so their cuts depend on `recordsPerBlock` alone and never on how the bytes arrived; the copy costs
 * about a hundredth of what gunzip costs.
 * @throws IDX_TRAILING, IDX_TRUNCATED, NONFINITE_INPUT
 */
export const createBlockDecoder = (header: IdxHeader, {path, recordsPerBlock, nonFinite = 'fail'}: BlockOptions): BlockDecoder => {
	if (!(Number.isInteger(recordsPerBlock) && recordsPerBlock >= 1)) {
		throw new RangeError(`Expected \`recordsPerBlock\` to be an integer of at least 1. Received: ${recordsPerBlock}`);
	}

	const {dtype, count, recordBytes, headerBytes, totalBytes} = header;
	const check = nonFinite === 'fail' && (dtype === 'float32' || dtype === 'float64');
	let received = headerBytes;
	let first = 0;
	let block: Uint8Array | undefined;
	let filled = 0;
	let last: IdxBlock | undefined;

	const finish = (bytes: Uint8Array): IdxBlock => {
		const width = bytesPerElement(dtype);
		swapToHost(bytes, width);
		const done = {first, count: bytes.length / recordBytes, values: viewOf(dtype, bytes.buffer, bytes.byteOffset, bytes.length / width)};
		if (check) {
			checkFinite(done, header, path);
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
					throw createError('IDX_TRAILING', {path, offset: totalBytes});
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

			return last;
		},
	};
};
