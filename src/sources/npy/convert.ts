import {allocate, type DType, type TypedArray} from '../../tensor/dtypes.ts';
import type {NpyType} from './header.ts';

/** The value of half-precision bits (IEEE 754-2008, binary16). */
const halfOf = (bits: number): number => {
	const sign = (bits & 0x80_00) === 0 ? 1 : -1;
	const exponent = (bits >>> 10) & 0x1F;
	const fraction = bits & 0x3_FF;
	if (exponent === 0) {
		return sign * fraction * 2 ** -24;
	}

	return exponent === 0x1F ? (fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN) : sign * (1 + (fraction / 1024)) * 2 ** (exponent - 15);
};

type Read = (view: DataView, offset: number, littleEndian: boolean) => number;

const readers: Readonly<Record<string, Read>> = {
	b1: (view, offset) => (view.getUint8(offset) === 0 ? 0 : 1),
	u1: (view, offset) => view.getUint8(offset),
	i1: (view, offset) => view.getInt8(offset),
	i2: (view, offset, little) => view.getInt16(offset, little),
	u2: (view, offset, little) => view.getUint16(offset, little),
	i4: (view, offset, little) => view.getInt32(offset, little),
	u4: (view, offset, little) => view.getUint32(offset, little),
	i8: (view, offset, little) => Number(view.getBigInt64(offset, little)),
	u8: (view, offset, little) => Number(view.getBigUint64(offset, little)),
	f2: (view, offset, little) => halfOf(view.getUint16(offset, little)),
	f4: (view, offset, little) => view.getFloat32(offset, little),
	f8: (view, offset, little) => view.getFloat64(offset, little),
};

/** Whether a value of a 64-bit integer survived: beyond 2^53 it may not have. */
const isExact = (value: number): boolean => Math.abs(value) <= Number.MAX_SAFE_INTEGER;

/** Turns the bytes of elements into numbers of the host; `wrong` is the first element that does not fit, or −1. */
export const convertNpy = (bytes: Uint8Array, {code, bytes: width, littleEndian}: NpyType, dtype: DType): {readonly values: TypedArray; readonly wrong: number} => {
	const values = allocate(dtype, bytes.length / width);
	if (code === 'u1') {
		values.set(bytes);
		return {values, wrong: -1};
	}

	const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
	const read = readers[code]!;
	const isWhole = !dtype.startsWith('float');
	const isFloat = code.startsWith('f');
	let wrong = -1;
	for (let index = 0; index < values.length; index++) {
		const value = read(view, index * width, littleEndian);
		values[index] = value;
		const fits = isWhole ? values[index] === value : (isFloat ? Number.isFinite(value) : isExact(value));
		if (!fits && wrong === -1) {
			wrong = index;
		}
	}

	return {values, wrong};
};
