import {z} from 'zod';
import {identity} from '../stream/rx.ts';
import {
	acts, endsOf, factorRange, whenOption,
} from './augmentation.ts';
import {defineOperator} from './define-operator.ts';
import {imageOf, mapImages} from './image.ts';
import {createResample, samplingOptions} from './sample-image.ts';

/** Turns every image around its middle by a random angle, as Keras's RandomRotation. */
export const randomRotation = defineOperator({
	options: z.strictObject({
		factor: factorRange('Share of a whole turn: x for −x to x, or [least, most]; above 0 is counter-clockwise.', {least: -1, most: 1}),
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
		const [least, most] = endsOf(options.factor);
		const middleRow = (image.height - 1) / 2;
		const middleColumn = (image.width - 1) / 2;
		return mapImages({dtype, size: image.height * image.width * image.channels}, (features, out, {index}) => {
			const angle = (least + ((most - least) * random.uniform(index))) * 2 * Math.PI;
			const cosine = Math.cos(angle);
			const sine = Math.sin(angle);
			resample(features, out, (row, column, at) => {
				const y = row - middleRow;
				const x = column - middleColumn;
				at[0] = middleRow + (x * sine) + (y * cosine);
				at[1] = middleColumn + (x * cosine) - (y * sine);
			});
		});
	},
});
