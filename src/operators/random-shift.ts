import * as z from 'zod';
import {endsOf, factorRange, whenOption} from './augmentation.ts';
import {defineAugmentation} from './define-augmentation.ts';
import {createResample, samplingOptions} from './sample-image.ts';

const factor = (axis: string, more: string) =>
	factorRange(`Share of the ${axis} that images move by: x for −x to x, or [least, most]; above 0 is ${more}.`, {least: -1, most: 1}).default(0);

/** Moves every image by a random distance, as Keras's RandomTranslation. */
export const randomShift = defineAugmentation(z.strictObject({
	heightFactor: factor('height', 'down'),
	widthFactor: factor('width', 'right'),
	...samplingOptions,
	when: whenOption,
}), (options, {image, dtype, random}) => {
	const resample = createResample(image, dtype, options);
	const [up, down] = endsOf(options.heightFactor);
	const [left, right] = endsOf(options.widthFactor);
	const rows = random.fork('rows');
	const columns = random.fork('columns');
	return (features, out, {index}) => {
		const y = (up + ((down - up) * rows.uniform(index))) * image.height;
		const x = (left + ((right - left) * columns.uniform(index))) * image.width;
		resample(features, out, (row, column, at) => {
			at[0] = row - y;
			at[1] = column - x;
		});
	};
});
