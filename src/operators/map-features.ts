import type {OperatorFunction} from 'rxjs';
import {map} from '../stream/rx.ts';
import {allocate, type DType, type TypedArray} from '../tensor/dtypes.ts';
import type {Example} from '../tensor/example.ts';

/** Applies a function that writes the features of each example into an array of their own, of a size and an element type. */
export const mapFeatures = (
	{dtype, size}: {readonly dtype: DType; readonly size: number},
	write: (features: TypedArray, out: TypedArray, example: Example) => void,
): OperatorFunction<Example, Example> => map(example => {
	const features = allocate(dtype, size);
	write(example.features, features, example);
	return {...example, features};
});

/** Gives the features another element type, as a typed array converts them. */
export const castFeatures = (to: {readonly dtype: DType; readonly size: number}): OperatorFunction<Example, Example> => mapFeatures(to, (features, out) => {
	out.set(features);
});
