
import {createHash} from 'node:crypto';
import {setImmediate} from 'node:timers/promises';
import {recordsWithin} from '../idx/reader.ts';
import {
	createRandom, derive, keyOf, type Random,
} from '../random/generator.ts';
import {throwIfAborted} from '../stream/abort.ts';
import {sizeOf, type Shape} from '../tensor/shape.ts';
import type {Source} from './source.ts';

export interface SyntheticOptions {
	/** @default synthetic, with the seed where that is not 0 */
	readonly id?: string;
	/** Records of one pass. @default 1024 */
	readonly count?: number;
	/** Of one record. @default [28, 28] */
	readonly shape?: Shape;
	/** @default 10 */
	readonly classes?: number;
	/** Decides labels and noise; the classes look the same for every seed. @default 0 */
	readonly seed?: number;
}

/** Fills with random bytes, four of one draw; `offset` is a multiple of 4. */
const fillBytes = (out: Uint8Array, random: Random, offset: number): void => {
	for (let index = 0; index < out.length; index += 4) {
		const bits = random.bits((offset + index) / 4);
		out[index] = bits;
		out[index + 1] = bits >>> 8;
		out[index + 2] = bits >>> 16;
		out[index + 3] = bits >>> 24;
	}
};

/**
 * Makes a source of random uint8 records that can be learnt: each is the mean of its class's fixed pattern and noise.
 *
 * Every record is a function of its index and the seed alone.
 */
export const syntheticSource = ({count = 1024, shape = [28, 28], classes = 10, seed = 0, id = seed === 0 ? 'synthetic' : `synthetic ${seed}`}: SyntheticOptions = {}): Source => {
	const size = sizeOf(shape);
	const stride = Math.ceil(size / 4) * 4;
	const patterns = Array.from({length: classes}, (_, label) => {
		const pattern = new Uint8Array(size);
		fillBytes(pattern, createRandom(derive(keyOf(0), 'synthetic', 'pattern', label)), 0);
		return pattern;
	});
	const random = createRandom(derive(keyOf(seed), 'synthetic'));
	const labelOf = random.fork('label');
	const noise = random.fork('noise');

	return {
		id,
		describe: async () => ({
			features: {shape, dtype: 'uint8'},
			label: {shape: [], dtype: 'int32'},
			count,
			classes: Array.from({length: classes}, (_, label) => String(label)),
		}),
		async * chunks({signal, chunkBytes, from = 0}) {
			const rows = recordsWithin(chunkBytes, size + 4);
			for (let first = from; first < count; first += rows) {
				await setImmediate();
				throwIfAborted(signal);
				const length = Math.min(rows, count - first);
				const features = new Uint8Array(length * size);
				const labels = new Int32Array(length);
				for (let row = 0; row < length; row++) {
					const label = labelOf.integer(first + row, classes);
					const pattern = patterns[label]!;
					const record = features.subarray(row * size, (row + 1) * size);
					fillBytes(record, noise, (first + row) * stride);
					for (let index = 0; index < size; index++) {
						record[index] = (record[index]! + pattern[index]!) >> 1;
					}

					labels[row] = label;
				}

				yield {
					source: id, first, count: length, features, labels,
				};
			}
		},
		digests: () => ({
			[id]: createHash('sha256').update(JSON.stringify({
				synthetic: 1, count, shape, classes, seed,
			})).digest('hex'),
		}),
	};
};
