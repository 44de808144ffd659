import * as z from 'zod';
import {centeredWindow, createScale} from '../tensor/scale-image.ts';
import {defineOperator} from './define-operator.ts';
import {imageOf, withImageSize} from './image.ts';
import {mapFeatures} from './map-features.ts';

/** Scales every image to one size, as Keras's Resizing. */
export const resize = defineOperator({
	options: z.strictObject({
		height: z.int().min(1).meta({description: 'Rows that come out.'}),
		width: z.int().min(1).meta({description: 'Columns that come out.'}),
		interpolation: z.enum(['bilinear', 'nearest']).default('bilinear').meta({description: 'How values between pixels come about.'}),
		cropToAspectRatio: z.boolean().default(false)
			.meta({description: 'Whether the edges are cut off rather than the image distorted where the aspect ratios differ.'}),
	}),
	cardinality: 'one',
	output(spec, size) {
		imageOf(spec);
		return withImageSize(spec, size);
	},
	create({interpolation, cropToAspectRatio, ...to}, {input}) {
		const image = imageOf(input);
		const {dtype} = input.features;
		const window = cropToAspectRatio ? centeredWindow(image, to) : {top: 0, left: 0, ...image};
		const scale = createScale({
			window, to, interpolation, dtype,
		}, image);
		return mapFeatures({dtype, size: to.height * to.width * image.channels}, scale);
	},
});
