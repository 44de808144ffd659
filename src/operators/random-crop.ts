import * as z from 'zod';
import type {TypedArray} from '../tensor/dtypes.ts';
import {centeredWindow, createScale} from '../tensor/scale-image.ts';
import {acts, whenOption} from './augmentation.ts';
import {defineOperator} from './define-operator.ts';
import {imageOf, withImageSize, type ImageSize} from './image.ts';
import {mapFeatures} from './map-features.ts';

const options = z.strictObject({
	height: z.int().min(1).meta({description: 'Rows that come out.'}),
	width: z.int().min(1).meta({description: 'Columns that come out.'}),
	otherwise: z.enum(['resize', 'center']).default('resize')
		.meta({description: 'Outside training: the largest middle window of the same aspect ratio, scaled, as in Keras; or the middle window of this very size.'}),
	when: whenOption,
});

const copyWindow = (image: TypedArray, out: TypedArray, {width, channels}: ImageSize, {top, left, ...size}: {readonly top: number; readonly left: number; readonly height: number; readonly width: number}): void => {
	const row = size.width * channels;
	for (let index = 0; index < size.height; index++) {
		const start = ((top + index) * width + left) * channels;
		out.set(image.subarray(start, start + row), index * row);
	}
};

/** Cuts a window out of every image at a random place, as Keras's RandomCrop; images are at least as large as the window. */
export const randomCrop = defineOperator({
	options,
	cardinality: 'one',
	deterministic: false,
	output(spec, {height, width}) {
		const image = imageOf(spec);
		if (image.height < height || image.width < width) {
			throw new RangeError(`images of at least ${height} × ${width}; pad or resize them before`);
		}

		return withImageSize(spec, {height, width});
	},
	create(given, context) {
		const {input, random} = context;
		const image = imageOf(input);
		const {dtype} = input.features;
		const {height, width} = given;
		const sized = {dtype, size: height * width * image.channels};
		const down = image.height - height;
		const across = image.width - width;
		if (acts(given, context)) {
			const rows = random.fork('top');
			const columns = random.fork('left');
			return mapFeatures(sized, (features, out, {index}) => {
				copyWindow(features, out, image, {
					top: rows.integer(index, down + 1), left: columns.integer(index, across + 1), height, width,
				});
			});
		}

		if (given.otherwise === 'center') {
			const window = {
				top: Math.floor(down / 2), left: Math.floor(across / 2), height, width,
			};
			return mapFeatures(sized, (features, out) => {
				copyWindow(features, out, image, window);
			});
		}

		return mapFeatures(sized, createScale({
			window: centeredWindow(image, given), to: {height, width}, interpolation: 'bilinear', dtype,
		}, image));
	},
});
