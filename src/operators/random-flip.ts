import * as z from 'zod';
import type {TypedArray} from '../tensor/dtypes.ts';
import {whenOption} from './augmentation.ts';
import {defineAugmentation} from './define-augmentation.ts';
import type {ImageSize} from './image.ts';

/** Writes an image with its columns, its rows or both in reverse. */
const flip = (image: TypedArray, out: TypedArray, {height, width, channels}: ImageSize, {left, up}: {readonly left: boolean; readonly up: boolean}): void => {
	if (!left && !up) {
		out.set(image);
		return;
	}

	const stride = width * channels;
	// A row that is not turned round is one wide pixel.
	const pixel = left ? channels : stride;
	let to = 0;
	for (let row = 0; row < height; row++) {
		const first = (up ? height - 1 - row : row) * stride;
		for (let from = first + stride - pixel; from >= first; from -= pixel) {
			for (let element = from; element < from + pixel; element++) {
				out[to++] = image[element]!;
			}
		}
	}
};

/** Flips half of the images, as Keras's RandomFlip. */
export const randomFlip = defineAugmentation(z.strictObject({
	mode: z.enum(['horizontal', 'vertical', 'horizontal_and_vertical']).default('horizontal_and_vertical')
		.meta({description: 'Left and right change places, top and bottom do, or each of the two by a toss of its own.'}),
	when: whenOption,
}), (options, {image, random}) => {
	const isAcross = options.mode !== 'vertical';
	const isDown = options.mode !== 'horizontal';
	const across = random.fork('across');
	const down = random.fork('down');
	return (features, out, {index}) => {
		flip(features, out, image, {left: isAcross && across.uniform(index) < 0.5, up: isDown && down.uniform(index) < 0.5});
	};
});
