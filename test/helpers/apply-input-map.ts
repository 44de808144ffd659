import type {TypedArray} from '../../src/tensor/dtypes.ts';
import {applyAffine, oneHotVector, type InputMap} from '../../src/tensor/input-map.ts';

/**
 * Applies an input map to one row of a slot in float32: what every engine's graph must give.
 *
 * A scalar label stays a number; with `oneHot` it becomes a vector.
 */
export const applyInputMap = (
	{affine, oneHot}: InputMap,
	{features, label}: {readonly features: TypedArray; readonly label: number | TypedArray},
): {readonly features: Float32Array; readonly label: number | Float32Array} => {
	const out = Float32Array.from(features);
	for (const map of affine) {
		applyAffine(map, out, out);
	}

	if (typeof label === 'number') {
		return {features: out, label: oneHot === undefined ? label : oneHotVector(label, oneHot.classes)};
	}

	return {features: out, label: Float32Array.from(label)};
};
