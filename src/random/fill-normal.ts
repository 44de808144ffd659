import type {Random} from './generator.ts';
import {threefry2x32} from './threefry.ts';

const words = new Uint32Array(2);
const range = 0x1_00_00_00_00;

/**
 * Fills an array with standard normal numbers, a function of the generator's key, `stream` (up to 2^32) and the place in
 * the array.
 *
 * Source: G. Box and M. Muller, "A note on the generation of random normal deviates", 1958; both numbers of a pair are used.
 */
export const fillNormal = ({key: {k0, k1}}: Random, stream: number, out: Float32Array): void => {
	for (let index = 0; index < out.length; index += 2) {
		threefry2x32(k0, k1, index, stream, words);
		// The half keeps the logarithm's argument above 0.
		const radius = Math.sqrt(-2 * Math.log((words[0]! + 0.5) / range));
		const angle = (2 * Math.PI * words[1]!) / range;
		out[index] = radius * Math.cos(angle);
		if (index + 1 < out.length) {
			out[index + 1] = radius * Math.sin(angle);
		}
	}
};
