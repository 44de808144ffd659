import {createError} from '../errors/threadloom-error.ts';
import {bytesPerElement, type DType} from '../tensor/dtypes.ts';
import {formatShape, type Shape} from '../tensor/shape.ts';

/** What the header of an IDX file declares. */
export interface IdxHeader {
	readonly dtype: DType;
	/** All dimensions, the number of records first. */
	readonly dimensions: readonly number[];
	readonly count: number;
	/** Dimensions of one record; `[]` for a file of numbers. */
	readonly record: Shape;
	readonly recordBytes: number;
	readonly headerBytes: number;
	/** Header and data. */
	readonly totalBytes: number;
}

/** Element types by their code in byte 2. */
export const idxTypes: ReadonlyMap<number, DType> = new Map<number, DType>([
	[0x08, 'uint8'],
	[0x09, 'int8'],
	[0x0B, 'int16'],
	[0x0C, 'int32'],
	[0x0D, 'float32'],
	[0x0E, 'float64'],
]);

export const maximumDimensions = 8;
export const maximumRecordBytes = 64 * 1024 * 1024;

const checks: ReadonlyArray<{readonly expected: string; readonly accepts: (byte: number) => boolean}> = [
	{expected: '0x00', accepts: byte => byte === 0},
	{expected: '0x00', accepts: byte => byte === 0},
	{expected: 'an element type of 0x08, 0x09, 0x0b, 0x0c, 0x0d or 0x0e', accepts: byte => idxTypes.has(byte)},
	{expected: `1 to ${maximumDimensions} dimensions`, accepts: byte => byte >= 1 && byte <= maximumDimensions},
];

const readDimensions = (bytes: Uint8Array, length: number, path: string): number[] => {
	const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
	return Array.from({length}, (_, axis) => {
		const offset = 4 + (4 * axis);
		const dimension = view.getUint32(offset);
		if (dimension === 0) {
			throw createError('IDX_DIMENSION', {path, offset, reason: `dimension ${axis} is 0`});
		}

		return dimension;
	});
};

/**
 * Reads the header of an IDX file from the bytes that are there so far.
 *
 * Every byte is checked as soon as it is there. Nothing is allocated for what the header declares.
 * @returns `undefined` while bytes are missing
 * @throws IDX_MAGIC, IDX_DIMENSION
 */
export const parseIdxHeader = (bytes: Uint8Array, {path}: {readonly path: string}): IdxHeader | undefined => {
	for (const [offset, {expected, accepts}] of checks.entries()) {
		const byte = bytes[offset];
		if (byte === undefined) {
			return undefined;
		}

		if (!accepts(byte)) {
			throw createError('IDX_MAGIC', {
				path, offset, byte, expected,
			});
		}
	}

	const rank = bytes[3]!;
	const headerBytes = 4 + (4 * rank);
	if (bytes.length < headerBytes) {
		return undefined;
	}

	const dtype = idxTypes.get(bytes[2]!)!;
	const dimensions = readDimensions(bytes, rank, path);
	const [count, ...record] = dimensions as [number, ...number[]];
	// BigInt: eight 32-bit dimensions multiply to far beyond 2^53.
	const recordBytes = record.reduce((product, dimension) => product * BigInt(dimension), BigInt(bytesPerElement(dtype)));
	if (recordBytes > maximumRecordBytes) {
		throw createError('IDX_DIMENSION', {
			path,
			offset: 8,
			reason: `a record of ${formatShape(record)} ${dtype} has ${recordBytes} bytes, more than ${maximumRecordBytes}`,
		});
	}

	const totalBytes = (recordBytes * BigInt(count)) + BigInt(headerBytes);
	if (totalBytes > Number.MAX_SAFE_INTEGER) {
		throw createError('IDX_DIMENSION', {path, offset: 4, reason: `the file would have ${totalBytes} bytes`});
	}

	return {
		dtype, dimensions, count, record, recordBytes: Number(recordBytes), headerBytes, totalBytes: Number(totalBytes),
	};
};
