import type {z} from 'zod';
import type {Random} from '../random/generator.ts';
import {identity} from '../stream/rx.ts';
import type {DType, TypedArray} from '../tensor/dtypes.ts';
import type {Example} from '../tensor/example.ts';
import {acts} from './augmentation.ts';
import {defineOperator} from './define-operator.ts';
import {imageOf, type ImageSize} from './image.ts';
import {mapFeatures} from './map-features.ts';
import type {Operator} from './operator.ts';

/** Defines a random operator on images that leaves their size and type as they are: `create` makes what writes one anew. */
export const defineAugmentation = <Schema extends z.ZodType<{readonly when: 'training' | 'always'}>>(
	schema: Schema,
	create: (options: z.output<Schema>, context: {readonly image: ImageSize; readonly dtype: DType; readonly random: Random}) => (image: TypedArray, out: TypedArray, example: Example) => void,
): Operator => defineOperator({
	options: schema,
	cardinality: 'one',
	deterministic: false,
	output(spec) {
		imageOf(spec);
		return spec;
	},
	create(options, context) {
		if (!acts(options, context)) {
			return identity;
		}

		const {input, random} = context;
		const image = imageOf(input);
		const {dtype} = input.features;
		return mapFeatures({dtype, size: image.height * image.width * image.channels}, create(options, {image, dtype, random}));
	},
});
