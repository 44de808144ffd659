import type {FloatArray, TypedArray} from './dtypes.ts';
import type {TensorSpec} from './shape.ts';

/** Y = x · scale + offset, by element or with one number for all. The result is float32; an engine may round the product too. */
export interface AffineMap {
	readonly scale: number | FloatArray;
	readonly offset: number | FloatArray;
}

/**
 * What an engine's graph does to the contents of a slot before the first layer.
 *
 * Affine operators at the end of the stream are fused into this map, so that the ring carries the records' own bytes.
 */
export interface InputMap {
	/** What one row of a slot holds. */
	readonly slot: {readonly features: TensorSpec; readonly label: TensorSpec};
	/** Applied to the features in order; empty when the ring already carries what the model reads. */
	readonly affine: readonly AffineMap[];
	/** What the model reads: float32, the same number of elements as in the slot. */
	readonly features: TensorSpec;
	/** The label that the loss reads: a scalar class index, or a float32 vector. With `oneHot` the graph expands the index. */
	readonly label: TensorSpec;
	readonly oneHot: {readonly classes: number} | undefined;
}

/** Writes x · scale + offset into `out`; `x` and `out` have the same length and may be the same array. */
export const applyAffine = ({scale, offset}: AffineMap, x: TypedArray, out: Float32Array): void => {
	if (typeof scale === 'number' && typeof offset === 'number') {
		const factor = Math.fround(scale);
		const summand = Math.fround(offset);
		for (let index = 0; index < out.length; index++) {
			out[index] = Math.fround(Math.fround(x[index]!) * factor) + summand;
		}

		return;
	}

	for (let index = 0; index < out.length; index++) {
		const factor = Math.fround(typeof scale === 'number' ? scale : scale[index]!);
		const summand = Math.fround(typeof offset === 'number' ? offset : offset[index]!);
		out[index] = Math.fround(Math.fround(x[index]!) * factor) + summand;
	}
};

/** A class index as a vector of zeros with a one. */
export const oneHotVector = (index: number, classes: number): Float32Array => {
	const vector = new Float32Array(classes);
	vector[index] = 1;
	return vector;
};
