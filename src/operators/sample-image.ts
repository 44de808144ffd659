import * as z from 'zod';
import type {DType, TypedArray} from '../tensor/dtypes.ts';
import {fitter} from '../tensor/fit-dtype.ts';
import {type ImageSize} from './image.ts';

/** Options of operators that read between pixels and beyond the edges, under Keras's names. */
export const samplingOptions = {
	fillMode: z.enum(['reflect', 'constant', 'nearest', 'wrap']).default('reflect')
		.meta({description: 'What lies beyond the edges: the mirrored image, `fillValue`, the pixel at the edge, or the image again.'}),
	fillValue: z.number().default(0).meta({description: 'The value beyond the edges with `fillMode: constant`.'}),
	interpolation: z.enum(['bilinear', 'nearest']).default('bilinear')
		.meta({description: 'How values between pixels come about.'}),
};

export interface SamplingOptions {
	readonly fillMode: 'reflect' | 'constant' | 'nearest' | 'wrap';
	readonly fillValue: number;
	readonly interpolation: 'bilinear' | 'nearest';
}

const outside = -1;

const mod = (value: number, length: number): number => ((value % length) + length) % length;

/** The index inside [0, length) that stands for any index, or −1 for the fill value. */
const edges: Readonly<Record<SamplingOptions['fillMode'], (index: number, length: number) => number>> = {
	constant: (index, length) => (index >= 0 && index < length ? index : outside),
	nearest: (index, length) => Math.min(length - 1, Math.max(0, index)),
	wrap: mod,
	// D c b a | a b c d | d c b a.
	reflect(index, length) {
		const within = mod(index, 2 * length);
		return within < length ? within : 2 * length - 1 - within;
	},
};

/** Writes an image whose pixel at (row, column) is that of `image` at the place that `place` answers. */
export type Resample = (image: TypedArray, out: TypedArray, place: (row: number, column: number, at: Float64Array) => void) => void;

/**
 * Makes a resampler of images of one size.
 *
 * Places are in pixels, whole numbers at the centres of pixels. Integers come out rounded.
 */
export const createResample = ({height, width, channels}: ImageSize, dtype: DType, {fillMode, fillValue, interpolation}: SamplingOptions): Resample => {
	const edge = edges[fillMode];
	const fit = fitter(dtype);
	const at = new Float64Array(2);
	const read = (image: TypedArray, row: number, column: number, channel: number): number => {
		const y = edge(row, height);
		const x = edge(column, width);
		return y === outside || x === outside ? fillValue : image[((y * width) + x) * channels + channel]!;
	};

	const nearest = (image: TypedArray, y: number, x: number, channel: number): number => read(image, Math.round(y), Math.round(x), channel);
	const bilinear = (image: TypedArray, y: number, x: number, channel: number): number => {
		const top = Math.floor(y);
		const left = Math.floor(x);
		const down = y - top;
		const right = x - left;
		const above = right === 0
			? read(image, top, left, channel)
			: (read(image, top, left, channel) * (1 - right)) + (read(image, top, left + 1, channel) * right);
		if (down === 0) {
			return above;
		}

		const below = right === 0
			? read(image, top + 1, left, channel)
			: (read(image, top + 1, left, channel) * (1 - right)) + (read(image, top + 1, left + 1, channel) * right);
		return (above * (1 - down)) + (below * down);
	};

	const sample = interpolation === 'nearest' ? nearest : bilinear;
	return (image, out, place) => {
		let index = 0;
		for (let row = 0; row < height; row++) {
			for (let column = 0; column < width; column++) {
				place(row, column, at);
				for (let channel = 0; channel < channels; channel++) {
					out[index++] = fit(sample(image, at[0]!, at[1]!, channel));
				}
			}
		}
	};
};
