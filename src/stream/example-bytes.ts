import type {Example} from '../tensor/example.ts';

/** The bytes that holding an example costs, once its features are a copy. */
export const exampleBytes = ({features, label}: Example): number =>
	features.byteLength + (typeof label === 'number' ? 4 : label.byteLength);

/** An example that pins nothing but its own bytes. */
export const ownExample = (example: Example): Example => {
	const {features, label} = example;
	const shared = features.byteLength < features.buffer.byteLength;
	const sharedLabel = typeof label !== 'number' && label.byteLength < label.buffer.byteLength;
	return shared || sharedLabel
		? {...example, features: shared ? [...features] : features, label: sharedLabel ? [...label] : label}
		: example;
};
