import * as z from 'zod';
import {fitter} from '../tensor/fit-dtype.ts';
import {defineOperator} from './define-operator.ts';
import {imageOf, withImageSize} from './image.ts';
import {mapFeatures} from './map-features.ts';

const side = z.int().min(0);
const pair = z.tuple([side, side]);

const options = z.strictObject({
	padding: z.union([side, pair, z.tuple([pair, pair])]).default(1)
		.meta({description: 'Pixels on every side; or [rows, columns]; or [[top, bottom], [left, right]].'}),
	value: z.number().default(0).meta({description: 'What the new pixels hold.'}),
});

interface Sides {
	readonly top: number;
	readonly bottom: number;
	readonly left: number;
	readonly right: number;
}

const sidesOf = ({padding}: z.output<typeof options>): Sides => {
	const [rows, columns] = typeof padding === 'number' ? [padding, padding] : padding;
	const [top, bottom] = typeof rows === 'number' ? [rows, rows] : rows;
	const [left, right] = typeof columns === 'number' ? [columns, columns] : columns;
	return {
		top, bottom, left, right,
	};
};

/** Puts pixels around every image, as Keras's ZeroPadding2D. */
export const pad = defineOperator({
	options,
	cardinality: 'one',
	output(spec, given) {
		const {height, width} = imageOf(spec);
		const {top, bottom, left, right} = sidesOf(given);
		return withImageSize(spec, {height: top + height + bottom, width: left + width + right});
	},
	create(given, {input}) {
		const {height, width, channels} = imageOf(input);
		const {top, bottom, left, right} = sidesOf(given);
		const {dtype} = input.features;
		const value = fitter(dtype)(given.value);
		const wide = (left + width + right) * channels;
		const row = width * channels;
		return mapFeatures({dtype, size: (top + height + bottom) * wide}, (features, out) => {
			if (value !== 0) {
				out.fill(value);
			}

			for (let index = 0; index < height; index++) {
				out.set(features.subarray(index * row, (index + 1) * row), (top + index) * wide + (left * channels));
			}
		});
	},
});
