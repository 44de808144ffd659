import type {Conv2dLayer} from '../../model/layer.ts';
import type {FloatArray} from '../../tensor/dtypes.ts';

/** Calls `visit` with the offsets of every input pixel, kernel tap and output pixel that meet, for one example. */
const overTaps = (
	{input, output, kernelSize, strides, pads}: Pick<Conv2dLayer, 'input' | 'output' | 'kernelSize' | 'strides' | 'pads'>,
	visit: (pixel: number, tap: number, target: number) => void,
): void => {
	const [height, width] = input as [number, number, number];
	const [rows, columns] = output as [number, number, number];
	for (let row = 0; row < rows; row++) {
		for (let column = 0; column < columns; column++) {
			for (let kernelRow = 0; kernelRow < kernelSize[0]; kernelRow++) {
				const y = row * strides[0] + kernelRow - pads.top;
				if (y < 0 || y >= height) {
					continue;
				}

				for (let kernelColumn = 0; kernelColumn < kernelSize[1]; kernelColumn++) {
					const x = column * strides[1] + kernelColumn - pads.left;
					if (x >= 0 && x < width) {
						visit(y * width + x, kernelRow * kernelSize[1] + kernelColumn, row * columns + column);
					}
				}
			}
		}
	}
};

/**
 * Cross-correlation of one example: x [height, width, channels], kernel [rows, columns, channels, filters],
 * bias [filters], y [height', width', filters]. Sums are in float64.
 */
export const conv2dForward = (layer: Conv2dLayer, {x, kernel, bias, y}: {
	readonly x: FloatArray;
	readonly kernel: FloatArray;
	readonly bias: FloatArray | undefined;
	readonly y: FloatArray;
}): void => {
	const channels = layer.input[2]!;
	const {filters} = layer;
	const sums = new Float64Array(y.length);
	if (bias !== undefined) {
		for (let start = 0; start < sums.length; start += filters) {
			sums.set(bias, start);
		}
	}

	overTaps(layer, (pixel, tap, target) => {
		for (let channel = 0; channel < channels; channel++) {
			const value = x[pixel * channels + channel]!;
			const weights = (tap * channels + channel) * filters;
			const out = target * filters;
			for (let filter = 0; filter < filters; filter++) {
				sums[out + filter]! += value * kernel[weights + filter]!;
			}
		}
	});
	y.set(sums);
};

/** The gradients of one example, given dy of its output before the activation; dKernel and dBias are added to, dx is written. */
export const conv2dBackward = (layer: Conv2dLayer, {x, kernel, dy, dKernel, dBias, dx}: {
	readonly x: FloatArray;
	readonly kernel: FloatArray;
	readonly dy: FloatArray;
	readonly dKernel: FloatArray;
	readonly dBias: FloatArray | undefined;
	readonly dx: FloatArray | undefined;
}): void => {
	const channels = layer.input[2]!;
	const {filters} = layer;
	const sums = new Float64Array(x.length);
	overTaps(layer, (pixel, tap, target) => {
		for (let channel = 0; channel < channels; channel++) {
			const from = pixel * channels + channel;
			const value = x[from]!;
			const weights = (tap * channels + channel) * filters;
			const out = target * filters;
			let sum = 0;
			for (let filter = 0; filter < filters; filter++) {
				const gradient = dy[out + filter]!;
				dKernel[weights + filter]! += value * gradient;
				sum += gradient * kernel[weights + filter]!;
			}

			sums[from]! += sum;
		}
	});
	dx?.set(sums);
	if (dBias !== undefined) {
		for (let index = 0; index < dy.length; index++) {
			dBias[index % filters]! += dy[index]!;
		}
	}
};
