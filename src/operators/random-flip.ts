import {z} from 'zod';
import {identity} from '../stream/rx.ts';
import type {TypedArray} from '../tensor/dtypes.ts';
import {acts, whenOption} from './augmentation.ts';
import {defineOperator} from './define-operator.ts';
import {imageOf, mapImages, type ImageSize} from './image.ts';

/** Writes an image with its columns, its rows or both in reverse. */
const flip = (image: TypedArray, out: TypedArray, {height, width, channels}: ImageSize, {left, up}: {readonly left: boolean; readonly up: boolean}): void => {
	for (let row = 0; row < height; row++) {
		const from = up ? height - 1 - row : row;
		for (let column = 0; column < width; column++) {
			const pixel = (from * width + (left ? width - 1 - column : column)) * channels;
			for (let channel = 0; channel < channels; channel++) {
				out[((row * width) + column) * channels + channel] = image[pixel + channel]!;
			}
		}
	}
};

/** Flips half of the images, as Keras's RandomFlip. */
export const randomFlip = defineOperator({
	options: z.strictObject({
		mode: z.enum(['horizontal', 'vertical', 'horizontal_and_vertical']).default('horizontal_and_vertical')
			.meta({description: 'Left and right change places, top and bottom do, or each of the two by a toss of its own.'}),
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
		const isAcross = options.mode !== 'vertical';
		const isDown = options.mode !== 'horizontal';
		const across = random.fork('across');
		const down = random.fork('down');
		return mapImages({dtype: input.features.dtype, size: image.height * image.width * image.channels}, (features, out, {index}) => {
			flip(features, out, image, {left: isAcross && across.uniform(index) < 0.5, up: isDown && down.uniform(index) < 0.5});
		});
	},
});
