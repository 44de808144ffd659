import type {FloatArray} from './dtypes.ts';
import type {TensorSpec} from './shape.ts';

/** y = x · scale + offset, by element or with one number for all; computed in float32 as one multiplication and one addition. */
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
