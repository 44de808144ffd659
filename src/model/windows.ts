import type {Padding, Pads} from './layer.ts';

/** Positions of a window along one axis, and the padding that Keras puts before and after it. */
const along = (length: number, window: number, stride: number, padding: Padding): {readonly output: number; readonly before: number; readonly after: number} => {
	if (padding === 'valid') {
		return {output: Math.floor((length - window) / stride) + 1, before: 0, after: 0};
	}

	const output = Math.ceil(length / stride);
	const total = Math.max((output - 1) * stride + window - length, 0);
	// An odd total pads one more behind.
	const before = Math.floor(total / 2);
	return {output, before, after: total - before};
};

/** Output height and width of sliding windows, and the padding around the image. */
export const slide = ([height, width]: readonly [number, number], {window, strides, padding}: {
	readonly window: readonly [number, number];
	readonly strides: readonly [number, number];
	readonly padding: Padding;
}): {readonly output: readonly [number, number]; readonly pads: Pads} => {
	const rows = along(height, window[0], strides[0], padding);
	const columns = along(width, window[1], strides[1], padding);
	return {
		output: [rows.output, columns.output],
		pads: {top: rows.before, bottom: rows.after, left: columns.before, right: columns.after},
	};
};
