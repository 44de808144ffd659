import type {ExampleSpec} from '../tensor/example.ts';
import {formatTensor} from '../tensor/shape.ts';

/** Sizes of an image whose channels lie last; grey images may leave the channels out. */
export interface ImageSize {
	readonly height: number;
	readonly width: number;
	readonly channels: number;
}

/**
 * Reads the features of a stream as images: [height, width] or [height, width, channels].
 *
 * @throws RangeError when they have another number of dimensions
 */
export const imageOf = ({features}: ExampleSpec): ImageSize => {
	const [height, width, channels = 1, ...others] = features.shape;
	if (height === undefined || width === undefined || others.length > 0) {
		throw new RangeError(`images (height × width, or height × width × channels), not ${formatTensor(features)}; reshape them before`);
	}

	return {height, width, channels};
};

/** The spec with images of another height and width. */
export const withImageSize = (spec: ExampleSpec, {height, width}: Pick<ImageSize, 'height' | 'width'>): ExampleSpec => {
	const {shape} = spec.features;
	return {...spec, features: {...spec.features, shape: [height, width, ...shape.slice(2)]}};
};

/** The spec with features that can hold fractions: float64 stays, everything else becomes float32. */
export const withFractions = (spec: ExampleSpec): ExampleSpec => ({
	...spec, features: {...spec.features, dtype: spec.features.dtype === 'float64' ? 'float64' : 'float32'},
});
