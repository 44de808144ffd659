import type {FloatArray, TypedArray} from './dtypes.ts';
import type {AffineMap, InputMap} from './input-map.ts';

/** Applies one affine map in place to rows of `size` elements. */
const applyAffine = ({scale, offset}: AffineMap, values: FloatArray, size: number): void => {
	for (let index = 0; index < values.length; index++) {
		const element = index % size;
		const factor = typeof scale === 'number' ? scale : scale[element]!;
		const shift = typeof offset === 'number' ? offset : offset[element]!;
		values[index] = values[index]! * factor + shift;
	}
};

/** Writes what the model reads for consecutive rows of slot features: `out` is [rows, size]. */
export const applyInputMap = ({affine}: InputMap, features: TypedArray, out: FloatArray, size: number): void => {
	out.set(features);
	for (const map of affine) {
		applyAffine(map, out, size);
	}
};

/** Writes one row of targets for every label: a vector as it is, an index as one-hot; one output takes the number. */
export const expandLabels = (labels: TypedArray, rows: number, outputs: number, out: FloatArray): void => {
	if (labels.length === rows * outputs) {
		out.set(labels);
		return;
	}

	out.fill(0);
	for (let row = 0; row < rows; row++) {
		out[row * outputs + labels[row]!] = 1;
	}
};
