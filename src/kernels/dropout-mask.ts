import {derive, type Key} from '../random/generator.ts';
import {threefry2x32} from '../random/threefry.ts';
import type {FloatArray} from '../tensor/dtypes.ts';

const words = new Uint32Array(2);

/**
 * Writes the dropout mask of consecutive rows: 0 with probability `rate`, else 1 / (1 − rate).
 *
 * An element is a pure function of key, step, layer, the row's place in the global batch and the element's place in
 * the row. `out` is [rows, size].
 */
export const dropoutMask = ({key, step, layer, firstRow, rows, size, rate, out}: {
	readonly key: Key;
	readonly step: number;
	readonly layer: number;
	readonly firstRow: number;
	readonly rows: number;
	readonly size: number;
	readonly rate: number;
	readonly out: FloatArray;
}): void => {
	const {k0, k1} = derive(key, step, layer);
	const keep = 1 / (1 - rate);
	const threshold = Math.round(rate * 0x1_00_00_00_00);
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
