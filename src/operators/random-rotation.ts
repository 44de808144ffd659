import * as z from 'zod';
import {endsOf, factorRange, whenOption} from './augmentation.ts';
import {defineAugmentation} from './define-augmentation.ts';
import {createResample, samplingOptions} from './sample-image.ts';

/** Turns every image around its middle by a random angle, as Keras's RandomRotation. */
export const randomRotation = defineAugmentation(z.strictObject({
	factor: factorRange('Share of a whole turn: x for −x to x, or [least, most]; above 0 is counter-clockwise.', {least: -1, most: 1}),
	...samplingOptions,
	when: whenOption,
}), (options, {image, dtype, random}) => {
	const resample = createResample(image, dtype, options);
	const [least, most] = endsOf(options.factor);
	const middleRow = (image.height - 1) / 2;
	const middleColumn = (image.width - 1) / 2;
	return (features, out, {index}) => {
		const angle = (least + ((most - least) * random.uniform(index))) * 2 * Math.PI;
		const cosine = Math.cos(angle);
		const sine = Math.sin(angle);
		resample(features, out, (row, column, at) => {
			const y = row - middleRow;
			const x = column - middleColumn;
			at[0] = middleRow + (x * sine) + (y * cosine);
			at[1] = middleColumn + (x * cosine) - (y * sine);
		});
	};
});
