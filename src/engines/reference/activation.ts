import type {Activation} from '../../model/layer.ts';
import type {FloatArray} from '../../tensor/dtypes.ts';

/** y = activation(y) in place, over rows of `size` elements; softmax is over each row. */
export const activate = (activation: Activation, y: FloatArray, size: number): void => {
	switch (activation) {
		case 'linear': {
			break;
		}

		case 'relu': {
			for (let index = 0; index < y.length; index++) {
				y[index] = Math.max(y[index]!, 0);
			}

			break;
		}

		case 'sigmoid': {
			for (let index = 0; index < y.length; index++) {
				y[index] = 1 / (1 + Math.exp(-y[index]!));
			}

			break;
		}

		case 'tanh': {
			for (let index = 0; index < y.length; index++) {
				y[index] = Math.tanh(y[index]!);
			}

			break;
		}

		case 'softmax': {
			for (let start = 0; start < y.length; start += size) {
				softmaxRow(y.subarray(start, start + size));
			}

			break;
		}

		default: {
			activation satisfies never;
		}
	}
};

const softmaxRow = (row: FloatArray): void => {
	let maximum = Number.NEGATIVE_INFINITY;
	for (const value of row) {
		maximum = Math.max(maximum, value);
	}

	let sum = 0;
	for (let index = 0; index < row.length; index++) {
		row[index] = Math.exp(row[index]! - maximum);
		sum += row[index]!;
	}

	for (let index = 0; index < row.length; index++) {
		row[index]! /= sum;
	}
};

/** Turns the gradient of the output into that of the input in place, given the output `y`. */
export const activationGradient = (activation: Activation, y: FloatArray, gradient: FloatArray, size: number): void => {
	switch (activation) {
		case 'linear': {
			break;
		}

		case 'relu': {
			for (let index = 0; index < y.length; index++) {
				gradient[index] = y[index]! > 0 ? gradient[index]! : 0;
			}

			break;
		}

		case 'sigmoid': {
			for (let index = 0; index < y.length; index++) {
				gradient[index]! *= y[index]! * (1 - y[index]!);
			}

			break;
		}

		case 'tanh': {
			for (let index = 0; index < y.length; index++) {
				gradient[index]! *= 1 - y[index]! * y[index]!;
			}

			break;
		}

		case 'softmax': {
			for (let start = 0; start < y.length; start += size) {
				let dot = 0;
				for (let index = start; index < start + size; index++) {
					dot += gradient[index]! * y[index]!;
				}

				for (let index = start; index < start + size; index++) {
					gradient[index] = y[index]! * (gradient[index]! - dot);
				}
			}

			break;
		}

		default: {
			activation satisfies never;
		}
	}
};
