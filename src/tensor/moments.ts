import type {TypedArray} from './dtypes.ts';

/** Means and population variances in float64. */
export interface Moments {
	/** Values that went into each mean. */
	readonly count: number;
	readonly mean: Float64Array;
	readonly variance: Float64Array;
}

/**
 * Makes an accumulator of mean and variance that sees every value once.
 *
 * With `size` 1 all elements of a record go into one mean, else element i into mean i.
 * Source: T. Chan, G. Golub and R. LeVeque, "Updating formulae and a pairwise algorithm for computing sample variances", 1979.
 */
export const createMoments = (size: number): {readonly add: (values: TypedArray) => void; readonly result: () => Moments} => {
	const mean = new Float64Array(size);
	const squares = new Float64Array(size);
	let count = 0;

	const addAll = (values: TypedArray): void => {
		const added = values.length;
		let sum = 0;
		for (let index = 0; index < added; index++) {
			sum += values[index]!;
		}

		const center = sum / added;
		let spread = 0;
		for (let index = 0; index < added; index++) {
			spread += (values[index]! - center) ** 2;
		}

		const total = count + added;
		const delta = center - mean[0]!;
		mean[0]! += delta * (added / total);
		squares[0]! += spread + (delta * delta * (count * added / total));
		count = total;
	};

	const addEach = (values: TypedArray): void => {
		count++;
		for (let index = 0; index < size; index++) {
			const delta = values[index]! - mean[index]!;
			mean[index]! += delta / count;
			squares[index]! += delta * (values[index]! - mean[index]!);
		}
	};

	return {
		add: size === 1 ? addAll : addEach,
		result: () => ({count, mean, variance: squares.map(value => (count === 0 ? 0 : value / count))}),
	};
};
