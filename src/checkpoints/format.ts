import {createHash} from 'node:crypto';
import {createError} from '../errors/threadloom-error.ts';
import {bytesPerElement, viewOf, type FloatArray} from '../tensor/dtypes.ts';
import {headerSchema, type CheckpointHeader} from './schema.ts';

/** A checkpoint in memory: the header and the canonical vectors by name. */
export interface Checkpoint {
	readonly header: CheckpointHeader;
	readonly tensors: Readonly<Record<string, FloatArray>>;
}

const magic = Buffer.from('THRDLOOM');
const digestBytes = 32;
/** More than any layout needs; a larger length is a damaged or hostile file, and reading it would take long. */
const maximumHeaderBytes = 8 * 1024 * 1024;
/** Names, texts, objects and lists in a header: each costs time to look at. */
const maximumHeaderParts = 40_000;
/** No number that is written by a program is longer, and reading one of millions of digits takes a second. */
const maximumDigits = 400;

/**
 * The parts of a checkpoint file, in order: magic, u32 header length, JSON header, raw little-endian vectors. The
 * sha256 of all of them follows in the file.
 *
 * @throws WRITE_FAILED when no reader would take it
 */
export const encodeParts = ({header, tensors}: Checkpoint): readonly Uint8Array[] => {
	const json = Buffer.from(JSON.stringify(header));
	if (json.length > maximumHeaderBytes) {
		throw createError('WRITE_FAILED', {path: 'a checkpoint', reason: `its header takes ${json.length} bytes, ${maximumHeaderBytes} at most; the states of fitted operators are too large`});
	}

	const length = Buffer.alloc(4);
	length.writeUInt32LE(json.length);
	return [magic, length, json, ...header.tensors.map(({name}) => {
		const {buffer, byteOffset, byteLength} = tensors[name]!;
		return new Uint8Array(buffer, byteOffset, byteLength);
	})];
};

/** Reads a checkpoint from the bytes of its file. @throws CHECKPOINT_INVALID */
export const decode = (bytes: Uint8Array, path: string): Checkpoint => {
	const refuse = (reason: string, cause?: unknown): never => {
		throw createError('CHECKPOINT_INVALID', {path, reason}, {cause});
	};

	const start = magic.length + 4;
	const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
	if (file.length < start + digestBytes || !file.subarray(0, magic.length).equals(magic)) {
		refuse('it does not start as a checkpoint does');
	}

	const headerBytes = file.readUInt32LE(magic.length);
	const end = file.length - digestBytes;
	if (headerBytes > maximumHeaderBytes || start + headerBytes > end) {
		refuse(`its header claims ${headerBytes} bytes`);
	}

	if (!createHash('sha256').update(file.subarray(0, end)).digest().equals(file.subarray(end))) {
		refuse('its contents do not match its checksum');
	}

	const json = file.subarray(start, start + headerBytes);
	if (isCostly(json)) {
		refuse('its header has more parts than any model');
	}

	const header = parseHeader(json, refuse);
	const elements = checkLayout(header, refuse);
	let offset = start + headerBytes;
	const tensors: Record<string, FloatArray> = {};
	for (const {name, dtype, length} of header.tensors) {
		const size = length * bytesPerElement(dtype);
		if (name in tensors || length !== elements || offset + size > end) {
			refuse(`the vector "${name}" does not fit`);
		}

		// A copy: the vector may start at an odd byte of the file.
		const copy = new Uint8Array(file.subarray(offset, offset + size));
		tensors[name] = viewOf(dtype, copy.buffer, 0, length) as FloatArray;
		offset += size;
	}

	if (offset !== end) {
		refuse(`${end - offset} bytes are left over`);
	}

	return {header, tensors};
};

/** Whether JSON has more objects, lists and quotes than a header may, or a number that is too long. Lists of numbers are cheap, and an operator's state may be long. */
const isCostly = (json: Uint8Array): boolean => {
	let parts = 0;
	let digits = 0;
	for (const byte of json) {
		parts += Number(byte === 0x7B || byte === 0x5B || byte === 0x22);
		digits = byte >= 0x30 && byte <= 0x39 ? digits + 1 : 0;
		if (parts > maximumHeaderParts || digits > maximumDigits) {
			return true;
		}
	}

	return false;
};

/** The entries of a layout lie behind each other without gap or overlap, each with a name of its own. Gives the elements of all. */
const checkLayout = ({layout}: CheckpointHeader, refuse: (reason: string) => never): number => {
	const names = new Set<string>();
	let elements = 0;
	for (const {name, shape, offset} of layout) {
		const size = shape.reduce((product, dimension) => product * dimension, 1);
		if (names.has(name) || offset !== elements || !Number.isSafeInteger(offset + size)) {
			refuse(`the tensor "${name}" does not fit`);
		}

		names.add(name);
		elements += size;
	}

	return elements;
};

const parseHeader = (json: Uint8Array, refuse: (reason: string, cause?: unknown) => never): CheckpointHeader => {
	let value: unknown;
	try {
		value = JSON.parse(Buffer.from(json).toString('utf8'));
		return headerSchema.parse(value);
	} catch (error) {
		const {format, build} = typeof value === 'object' && value !== null ? value as {readonly format?: unknown; readonly build?: unknown} : {};
		if (typeof format === 'number' && format !== 1) {
			refuse(`it has format ${format}, written by version ${String(build)}; this version reads format 1`);
		}

		return refuse('its header is not one of format 1', error);
	}
};
