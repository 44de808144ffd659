import type {DType, TypedArray} from '../tensor/dtypes.ts';
import {swapToHost} from './endian.ts';
import {idxTypes, maximumDimensions} from './header.ts';

/**
 * Encodes the header of an IDX file: dimensions start with the number of records.
 *
 * @throws RangeError when there are not 1 to 8 dimensions of 1 to 2^32 − 1
 */
export const encodeIdxHeader = ({dtype, dimensions}: {readonly dtype: DType; readonly dimensions: readonly number[]}): Uint8Array => {
	if (dimensions.length === 0 || dimensions.length > maximumDimensions) {
		throw new RangeError(`Expected 1 to ${maximumDimensions} dimensions. Received: ${dimensions.length}`);
	}

	const bytes = new Uint8Array(4 + (4 * dimensions.length));
	const view = new DataView(bytes.buffer);
	bytes[2] = [...idxTypes].find(([, name]) => name === dtype)![0];
	bytes[3] = dimensions.length;
	for (const [axis, dimension] of dimensions.entries()) {
		if (!Number.isInteger(dimension) || dimension < 1 || dimension > 0xFF_FF_FF_FF) {
			throw new RangeError(`Expected dimension ${axis} to be an integer of 1 to 4294967295. Received: ${dimension}`);
		}

		view.setUint32(4 + (4 * axis), dimension);
	}

	return bytes;
};

/** Encodes the elements of whole records in big-endian order; the argument is not changed. */
export const encodeIdxRecords = (values: TypedArray): Uint8Array => {
	const copy = new Uint8Array(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
	swapToHost(copy, values.BYTES_PER_ELEMENT);
	return copy;
};
