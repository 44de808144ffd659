import type {Pooling2dLayer} from '../../model/layer.ts';
import type {FloatArray} from '../../tensor/dtypes.ts';

/** Calls `visit` for every window and channel of one example with the input offsets that the window covers, row-major. */
const overWindows = (
	{input, output, poolSize, strides, pads}: Pooling2dLayer,
	visit: (covered: readonly number[], target: number) => void,
): void => {
	const [height, width, channels] = input as [number, number, number];
	const [rows, columns] = output as [number, number, number];
	for (let row = 0; row < rows; row++) {
		for (let column = 0; column < columns; column++) {
			const pixels: number[] = [];
			for (let y = row * strides[0] - pads.top; y < row * strides[0] - pads.top + poolSize[0]; y++) {
				for (let x = column * strides[1] - pads.left; x < column * strides[1] - pads.left + poolSize[1]; x++) {
					if (y >= 0 && y < height && x >= 0 && x < width) {
						pixels.push((y * width + x) * channels);
					}
				}
			}

			for (let channel = 0; channel < channels; channel++) {
				visit(pixels.map(pixel => pixel + channel), (row * columns + column) * channels + channel);
			}
		}
	}
};

/** The first offset of the largest covered value. */
const firstMaximum = (x: FloatArray, covered: readonly number[]): number => {
	let best = covered[0]!;
	for (const offset of covered) {
		if (x[offset]! > x[best]!) {
			best = offset;
		}
	}

	return best;
};

/** Pools one example: x [height, width, channels] into y [height', width', channels]. Padding takes no part. */
export const pooling2dForward = (layer: Pooling2dLayer, x: FloatArray, y: FloatArray): void => {
	overWindows(layer, (covered, target) => {
		y[target] = layer.type === 'maxPooling2d'
			? x[firstMaximum(x, covered)]!
			: covered.reduce((sum, offset) => sum + x[offset]!, 0) / covered.length;
	});
};

/** Writes dx of one example: a maximum's gradient goes to the first maximum in row-major order, a mean's to all evenly. */
export const pooling2dBackward = (layer: Pooling2dLayer, x: FloatArray, dy: FloatArray, dx: FloatArray): void => {
	dx.fill(0);
	overWindows(layer, (covered, target) => {
		if (layer.type === 'maxPooling2d') {
			dx[firstMaximum(x, covered)]! += dy[target]!;
			return;
		}

		for (const offset of covered) {
			dx[offset]! += dy[target]! / covered.length;
		}
	});
};
