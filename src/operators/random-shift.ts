import {z} from 'zod';
import {identity} from '../stream/rx.ts';
import {
	acts, endsOf, factorRange, whenOption,
} from './augmentation.ts';
import {defineOperator} from './define-operator.ts';
import {imageOf, mapImages} from './image.ts';
import {createResample, samplingOptions} from './sample-image.ts';

const factor = (axis: string, more: string) =>
	factorRange(`Share of the ${axis} that images move by: x for −x to x, or [least, most]; above 0 is ${more}.`, {least: -1, most: 1}).default(0);

/** Moves every image by a random distance, as Keras's RandomTranslation. */
export const randomShift = defineOperator({
	options: z.strictObject({
		heightFactor: factor('height', 'down'),
		widthFactor: factor('width', 'right'),
		...samplingOptions,
		when: whenOption,
	}),
	cardinality: 'one',
	deterministic: false,
	output(spec) {
		imageOf(spec);
		return spec;
	},
	create(options, context) {
		const {input, random} = context;
		if (!acts(options, context)) {
			return identity;
		}

		const image = imageOf(input);
		const {dtype} = input.features;
		const resample = createResample(image, dtype, options);
		const [up, down] = endsOf(options.heightFactor);
		const [left, right] = endsOf(options.widthFactor);
		const rows = random.fork('rows');
		const columns = random.fork('columns');
		return mapImages({dtype, size: image.height * image.width * image.channels}, (features, out, {index}) => {
			const y = (up + ((down - up) * rows.uniform(index))) * image.height;
			const x = (left + ((right - left) * columns.uniform(index))) * image.width;
			resample(features, out, (row, column, at) => {
				at[0] = row - y;
				at[1] = column - x;
			});
		});
	},
});
