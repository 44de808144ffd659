import {allocate, dtypeOf, type TypedArray} from '../tensor/dtypes.ts';
import type {Example} from '../tensor/example.ts';

/** The bytes that holding an example costs, once its features are a copy. */
export const exampleBytes = ({features, label}: Example): number =>
	features.byteLength + (typeof label === 'number' ? 4 : label.byteLength);

const copyOf = (array: TypedArray): TypedArray => {
	const copy = allocate(dtypeOf(array), array.length);
	copy.set(array);
	return copy;
};

/** An example of which nobody else has any part. */
export const copyExample = (example: Example): Example => ({
	...example, features: copyOf(example.features), label: typeof example.label === 'number' ? example.label : copyOf(example.label),
});

/** An example that pins nothing but its own bytes. */
export const ownExample = (example: Example): Example => {
	const {features, label} = example;
	const shared = features.byteLength < features.buffer.byteLength;
	const sharedLabel = typeof label !== 'number' && label.byteLength < label.buffer.byteLength;
	return shared || sharedLabel
		? {...example, features: shared ? copyOf(features) : features, label: sharedLabel ? copyOf(label) : label}
		: example;
};
