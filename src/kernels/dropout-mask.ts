import {derive, type Key} from '../random/generator.ts';
import {threefry2x32} from '../random/threefry.ts';
import type {FloatArray} from '../tensor/dtypes.ts';
import type {Kernels} from './compiled.ts';

const words = new Uint32Array(2);
/** Elements of a row that the compiled kernel makes at a time. */
const run = 8;

/** The mask of consecutive rows of a batch. */
export interface MaskRequest {
	readonly key: Key;
	readonly step: number;
	readonly layer: number;
	readonly firstRow: number;
	readonly rows: number;
	readonly size: number;
	readonly rate: number;
	/** [rows, size]. */
	readonly out: FloatArray;
}

/**
 * Writes the dropout mask of consecutive rows: 0 with probability `rate`, else 1 / (1 − rate).
 *
 * An element is a pure function of key, step, layer, the row's place in the global batch and the element's place in
 * the row. With kernels over the memory of a float32 `out` the bits are the same.
 */
export const dropoutMask = ({key, step, layer, firstRow, rows, size, rate, out}: MaskRequest, kernels?: Kernels): void => {
	const {k0, k1} = derive(key, step, layer);
	const keep = 1 / (1 - rate);
	const threshold = Math.round(rate * 0x1_00_00_00_00);
	if (kernels !== undefined && size % run === 0 && out instanceof Float32Array) {
		kernels['dropoutMask']!(k0, k1, firstRow, rows, size, threshold, keep, out.byteOffset);
		return;
	}

	for (let row = 0; row < rows; row++) {
		const start = row * size;
		for (let element = 0; element < size; element += 2) {
			// One counter gives the bits of two neighbouring elements.
			threefry2x32(k0, k1, element >>> 1, firstRow + row, words);
			out[start + element] = words[0]! < threshold ? 0 : keep;
			if (element + 1 < size) {
				out[start + element + 1] = words[1]! < threshold ? 0 : keep;
			}
		}
	}
};
