import type {DType} from '../../src/tensor/dtypes.ts';

interface Reader {
	readonly dtype: DType;
	readonly width: number;
	readonly read: (view: DataView, offset: number) => number;
}

const readers = new Map<number, Reader>([
	[0x08, {dtype: 'uint8', width: 1, read: (view, offset) => view.getUint8(offset)}],
	[0x09, {dtype: 'int8', width: 1, read: (view, offset) => view.getInt8(offset)}],
	[0x0B, {dtype: 'int16', width: 2, read: (view, offset) => view.getInt16(offset)}],
	[0x0C, {dtype: 'int32', width: 4, read: (view, offset) => view.getInt32(offset)}],
	[0x0D, {dtype: 'float32', width: 4, read: (view, offset) => view.getFloat32(offset)}],
	[0x0E, {dtype: 'float64', width: 8, read: (view, offset) => view.getFloat64(offset)}],
]);

/** What a whole IDX file holds, or undefined when it is not exactly one. */
export const readWhole = (bytes: Uint8Array): {dtype: DType; dimensions: number[]; values: number[]} | undefined => {
	const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
	const type = readers.get(bytes[2] ?? 0);
	const rank = bytes[3] ?? 0;
	if (bytes.length < 4 || bytes[0] !== 0 || bytes[1] !== 0 || type === undefined || rank < 1 || rank > 8 || bytes.length < 4 + (4 * rank)) {
		return undefined;
	}

	const dimensions = Array.from({length: rank}, (_, axis) => view.getUint32(4 + (4 * axis)));
	const size = dimensions.reduce((product, dimension) => product * BigInt(dimension), 1n);
	const start = 4 + (4 * rank);
	if (size === 0n || BigInt(start) + (size * BigInt(type.width)) !== BigInt(bytes.length)) {
		return undefined;
	}

	return {dtype: type.dtype, dimensions, values: Array.from({length: Number(size)}, (_, index) => type.read(view, start + (index * type.width)))};
};
