import * as z from 'zod';
import {identity} from '../stream/rx.ts';
import {fillNormal} from '../random/fill-normal.ts';
import {sizeOf} from '../tensor/shape.ts';
import {acts, whenOption} from './augmentation.ts';
import {defineOperator} from './define-operator.ts';
import {withFractions} from './image.ts';
import {castFeatures, mapFeatures} from './map-features.ts';

/** Adds normal noise of mean 0 to the features, as Keras's GaussianNoise; integers become float32. */
export const noise = defineOperator({
	options: z.strictObject({
		stddev: z.number().min(0).meta({description: 'Deviation of the noise, in units of the features as they come.'}),
		when: whenOption,
	}),
	cardinality: 'one',
	deterministic: false,
	output: withFractions,
	create(options, context) {
		const {input, random} = context;
		const {dtype} = withFractions(input).features;
		const size = sizeOf(input.features.shape);
		if (!acts(options, context)) {
			return castFeatures({dtype, size});
		}

		const values = new Float32Array(size);
		return mapFeatures({dtype, size}, (features, out, {index}) => {
			fillNormal(random, index, values);
			for (let element = 0; element < size; element++) {
				out[element] = features[element]! + (options.stddev * values[element]!);
			}
		});
	},
});
