import type {TypedArray} from './dtypes.ts';

/** The first index of the largest element. */
export const argmax = (values: TypedArray): number => {
	let best = 0;
	for (let index = 1; index < values.length; index++) {
		if (values[index]! > values[best]!) {
			best = index;
		}
	}

	return best;
};
