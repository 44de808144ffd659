import type {FloatArray} from '../../tensor/dtypes.ts';

/** y = x · kernel + bias, with x [rows, inputs], kernel [inputs, units], bias [units], y [rows, units]; sums in float64. */
export const denseForward = ({x, kernel, bias, y, rows, inputs, units}: {
	readonly x: FloatArray;
	readonly kernel: FloatArray;
	readonly bias: FloatArray | undefined;
	readonly y: FloatArray;
	readonly rows: number;
	readonly inputs: number;
	readonly units: number;
}): void => {
	const sums = new Float64Array(units);
	for (let row = 0; row < rows; row++) {
		if (bias === undefined) {
			sums.fill(0);
		} else {
			sums.set(bias);
		}

		for (let input = 0; input < inputs; input++) {
			const value = x[row * inputs + input]!;
			if (value === 0) {
				continue;
			}

			const start = input * units;
			for (let unit = 0; unit < units; unit++) {
				sums[unit]! += value * kernel[start + unit]!;
			}
		}

		y.set(sums, row * units);
	}
};

/**
 * The gradients of a dense layer, given dy [rows, units] of its output before the activation.
 *
 * dKernel += xᵀ · dy, dBias += Σ dy over the rows, dx = dy · kernelᵀ where it is asked for.
 */
export const denseBackward = ({x, kernel, dy, dKernel, dBias, dx, rows, inputs, units}: {
	readonly x: FloatArray;
	readonly kernel: FloatArray;
	readonly dy: FloatArray;
	readonly dKernel: FloatArray;
	readonly dBias: FloatArray | undefined;
	readonly dx: FloatArray | undefined;
	readonly rows: number;
	readonly inputs: number;
	readonly units: number;
}): void => {
	for (let row = 0; row < rows; row++) {
		const from = row * units;
		for (let input = 0; input < inputs; input++) {
			const start = input * units;
			const value = x[row * inputs + input]!;
			let sum = 0;
			for (let unit = 0; unit < units; unit++) {
				const gradient = dy[from + unit]!;
				dKernel[start + unit]! += value * gradient;
				sum += gradient * kernel[start + unit]!;
			}

			if (dx !== undefined) {
				dx[row * inputs + input] = sum;
			}
		}

		if (dBias !== undefined) {
			for (let unit = 0; unit < units; unit++) {
				dBias[unit]! += dy[from + unit]!;
			}
		}
	}
};
