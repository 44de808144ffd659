import {createError} from '../../errors/threadloom-error.ts';
import {maximumRecordBytes} from '../../idx/header.ts';
import type {DType} from '../../tensor/dtypes.ts';
import type {Shape} from '../../tensor/shape.ts';

/** How the elements of a .npy file lie in it. */
export interface NpyType {
	/** As NumPy writes it, without the byte order: `f4`. */
	readonly code: string;
	readonly bytes: number;
	readonly littleEndian: boolean;
	/** The element type that holds all of its values, or all that are whole and below 2^53. */
	readonly dtype: DType;
}

/** What the header of a .npy file declares. */
export interface NpyHeader {
	readonly type: NpyType;
	/** All dimensions, the number of records first. */
	readonly shape: readonly number[];
	readonly count: number;
	/** Dimensions of one record. */
	readonly record: Shape;
	/** Bytes of one record in the file. */
	readonly recordBytes: number;
	readonly headerBytes: number;
	/** Header and data. */
	readonly totalBytes: number;
}

const dtypes: Readonly<Record<string, DType>> = {
	b1: 'uint8', u1: 'uint8', i1: 'int8', i2: 'int16', u2: 'int32', i4: 'int32', u4: 'float64', i8: 'float64', u8: 'float64', f2: 'float32', f4: 'float32', f8: 'float64',
};

const magic = [0x93, 0x4E, 0x55, 0x4D, 0x50, 0x59] as const;
/** Headers are a line of text; this many bytes would be thousands of dimensions. */
const maximumHeaderBytes = 64 * 1024;

/** Bytes until the header is whole, from those that are there; undefined while even that is not known. @throws NPY_HEADER */
export const npyHeaderLength = (bytes: Uint8Array, {path}: {readonly path: string}): number | undefined => {
	for (const [offset, expected] of magic.entries()) {
		const byte = bytes[offset];
		if (byte === undefined) {
			return undefined;
		}

		if (byte !== expected) {
			throw createError('NPY_HEADER', {path, offset, reason: String.raw`it does not start with \x93NUMPY`});
		}
	}

	const major = bytes[6];
	if (major === undefined || bytes.length < 12) {
		return undefined;
	}

	if (!(major >= 1 && major <= 3)) {
		throw createError('NPY_HEADER', {path, offset: 6, reason: `version ${major} is unknown; 1, 2 and 3 are read`});
	}

	const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
	const length = major === 1 ? 10 + view.getUint16(8, true) : 12 + view.getUint32(8, true);
	if (length > maximumHeaderBytes) {
		throw createError('NPY_HEADER', {path, offset: 8, reason: `the header is said to have ${length} bytes, more than ${maximumHeaderBytes}`});
	}

	return length;
};

const entryOf = (text: string, key: string, value: RegExp): RegExpExecArray | null =>
	new RegExp(String.raw`['"]${key}['"]\s*:\s*(?:${value.source})`, 'u').exec(text);

const typeOf = (descr: string): NpyType | undefined => {
	const {order, code} = /^(?<order>[<>|=])(?<code>[a-z]\d+)$/u.exec(descr)?.groups ?? {};
	const dtype = code === undefined ? undefined : dtypes[code];
	return code === undefined || dtype === undefined
		? undefined
		: {
			code, dtype, bytes: Number(code.slice(1)), littleEndian: order !== '>',
		};
};

/**
 * Reads the header of a .npy file, versions 1 to 3; `bytes` are its first `npyHeaderLength` bytes.
 *
 * @throws NPY_HEADER
 */
export const parseNpyHeader = (bytes: Uint8Array, {path}: {readonly path: string}): NpyHeader => {
	const fault = (reason: string): Error => createError('NPY_HEADER', {path, offset: 10, reason});
	const headerBytes = bytes.length;
	const text = new TextDecoder().decode(bytes.subarray(bytes[6] === 1 ? 10 : 12));
	const descr = entryOf(text, 'descr', /['"](?<descr>[^'"]*)['"]/u)?.groups?.['descr'];
	const order = entryOf(text, 'fortran_order', /(?<order>True|False)/u)?.groups?.['order'];
	const shapeText = entryOf(text, 'shape', /\((?<shape>[\d,\sL]*)\)/u)?.groups?.['shape'];
	if (order === undefined || shapeText === undefined) {
		throw fault('it does not say `fortran_order` and `shape`');
	}

	const type = descr === undefined ? undefined : typeOf(descr);
	if (type === undefined) {
		throw fault(`elements ${descr === undefined ? 'of a structured type' : `"${descr}"`} are not read; numbers and booleans are`);
	}

	if (order === 'True') {
		throw fault('it is in Fortran order; save it with numpy.ascontiguousarray');
	}

	const shape = shapeText.split(',').map(part => part.trim().replace(/L$/u, '')).filter(part => part !== '').map(Number);
	const [count, ...record] = shape;
	if (count === undefined || shape.includes(0)) {
		throw fault(`its shape (${shape.join(', ')}) holds no records`);
	}

	// BigInt: the dimensions may multiply to far beyond 2^53.
	const recordBytes = record.reduce((product, dimension) => product * BigInt(dimension), BigInt(type.bytes));
	const totalBytes = (recordBytes * BigInt(count)) + BigInt(headerBytes);
	if (recordBytes > maximumRecordBytes || totalBytes > Number.MAX_SAFE_INTEGER) {
		throw fault(`a record has ${recordBytes} bytes and the file ${totalBytes}; a record may have ${maximumRecordBytes}`);
	}

	return {
		type, shape, count, record, recordBytes: Number(recordBytes), headerBytes, totalBytes: Number(totalBytes),
	};
};
