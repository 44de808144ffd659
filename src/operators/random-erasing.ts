import * as z from 'zod';
import {fillNormal} from '../random/fill-normal.ts';
import {fitter} from '../tensor/fit-dtype.ts';
import {endsOf, factorRange, whenOption} from './augmentation.ts';
import {defineAugmentation} from './define-augmentation.ts';

const share = z.number().min(0).max(1);

/**
 * Overwrites a rectangle of the images, as Keras's RandomErasing.
 *
 * Source: Z. Zhong et al., "Random erasing data augmentation", AAAI 2020.
 */
export const randomErasing = defineAugmentation(z.strictObject({
	factor: factorRange('Probability that an image is touched: x for one drawn from 0 to x, or [least, most].', {least: 0, most: 1}).default(1),
	scale: z.tuple([share, share]).default([0.02, 0.33])
		.meta({description: 'Each side is the root of a number drawn from this range, times the side of the image.'}),
	fillValue: z.union([z.number(), z.literal('noise')]).default('noise')
		.meta({description: 'What the rectangle holds: a number, or normal noise times the upper end of `valueRange`.'}),
	valueRange: z.tuple([z.number(), z.number()]).default([0, 255])
		.meta({description: 'The range of the features; what is written stays in it.'}),
	when: whenOption,
}), (options, {image, dtype, random}) => {
	const {height, width, channels} = image;
	const fit = fitter(dtype);
	const [least, most] = endsOf(options.factor, {least: 0});
	const [smallest, largest] = endsOf(options.scale);
	const [low, high] = endsOf(options.valueRange);
	const draw = (name: string) => random.fork(name).uniform;
	const [probability, toss, tall, wide, top, left] = [draw('probability'), draw('toss'), draw('height'), draw('width'), draw('top'), draw('left')] as const;
	const noise = random.fork('noise');
	const row = new Float32Array(width * channels);
	const side = (part: number, length: number): number => Math.sqrt(smallest + ((largest - smallest) * part)) * length;
	const {fillValue} = options;
	const inside = (value: number): number => fit(Math.min(high, Math.max(low, value)));

	return (features, out, {index}) => {
		out.set(features);
		if (toss(index) >= least + ((most - least) * probability(index))) {
			return;
		}

		const rows = side(tall(index), height);
		const columns = side(wide(index), width);
		const y = top(index) * (height - rows);
		const x = left(index) * (width - columns);
		// Pixels whose place lies in [start, start + length).
		const from = Math.ceil(x) * channels;
		const to = Math.ceil(x + columns) * channels;
		for (let line = Math.ceil(y); line < Math.ceil(y + rows); line++) {
			const start = line * width * channels;
			if (fillValue !== 'noise') {
				out.fill(inside(fillValue), start + from, start + to);
				continue;
			}

			fillNormal(noise, (index * height) + line, row);
			for (let element = from; element < to; element++) {
				out[start + element] = inside(row[element]! * high);
			}
		}
	};
});
