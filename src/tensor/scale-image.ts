import type {DType, TypedArray} from './dtypes.ts';
import {fitter} from './fit-dtype.ts';

/** A rectangle of an image, in pixels. */
export interface Window {
	readonly top: number;
	readonly left: number;
	readonly height: number;
	readonly width: number;
}

export type Interpolation = 'bilinear' | 'nearest';

/** Two neighbours along one axis and the share of the second, for each position of the result. */
interface Taps {
	readonly first: Int32Array;
	readonly second: Int32Array;
	readonly share: Float64Array;
}

/** Centres of pixels lie at halves: position i of the result reads (i + ½) · from / to − ½. */
const tapsOf = (start: number, from: number, to: number, interpolation: Interpolation): Taps => {
	const taps = {first: new Int32Array(to), second: new Int32Array(to), share: new Float64Array(to)};
	for (let index = 0; index < to; index++) {
		const place = ((index + 0.5) * from) / to;
		if (interpolation === 'nearest') {
			taps.first[index] = start + Math.min(from - 1, Math.floor(place));
			taps.second[index] = taps.first[index]!;
			continue;
		}

		const center = Math.max(0, place - 0.5);
		const low = Math.min(from - 1, Math.floor(center));
		taps.first[index] = start + low;
		taps.second[index] = start + Math.min(from - 1, low + 1);
		taps.share[index] = center - low;
	}

	return taps;
};

/**
 * Makes what scales a window of an image that is `width` pixels wide to another size; integers come out rounded.
 *
 * Bilinear without antialiasing, as in Keras, or the nearest pixel.
 */
export const createScale = (
	{window, to, interpolation, dtype}: {readonly window: Window; readonly to: {readonly height: number; readonly width: number}; readonly interpolation: Interpolation; readonly dtype: DType},
	{width, channels}: {readonly width: number; readonly channels: number},
): ((image: TypedArray, out: TypedArray) => void) => {
	const fit = fitter(dtype);
	const rows = tapsOf(window.top, window.height, to.height, interpolation);
	const columns = tapsOf(window.left, window.width, to.width, interpolation);
	return (image, out) => {
		let index = 0;
		for (let row = 0; row < to.height; row++) {
			const above = rows.first[row]! * width;
			const below = rows.second[row]! * width;
			const down = rows.share[row]!;
			for (let column = 0; column < to.width; column++) {
				const left = columns.first[column]!;
				const right = columns.second[column]!;
				const share = columns.share[column]!;
				for (let channel = 0; channel < channels; channel++) {
					const top = (image[(above + left) * channels + channel]! * (1 - share)) + (image[(above + right) * channels + channel]! * share);
					const bottom = (image[(below + left) * channels + channel]! * (1 - share)) + (image[(below + right) * channels + channel]! * share);
					out[index++] = fit((top * (1 - down)) + (bottom * down));
				}
			}
		}
	};
};

/** The largest window in the middle of an image that has the aspect ratio of another size. */
export const centeredWindow = ({height, width}: {readonly height: number; readonly width: number}, to: {readonly height: number; readonly width: number}): Window => {
	const tall = Math.max(1, Math.min(height, Math.floor((width * to.height) / to.width)));
	const wide = Math.max(1, Math.min(width, Math.floor((height * to.width) / to.height)));
	return {
		top: Math.floor((height - tall) / 2), left: Math.floor((width - wide) / 2), height: tall, width: wide,
	};
};
