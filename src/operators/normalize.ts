import * as z from 'zod';
import {map} from '../stream/rx.ts';
import {applyAffine, type AffineMap} from '../tensor/input-map.ts';
import {defineOperator} from './define-operator.ts';

const range = z.tuple([z.number(), z.number()]);

const options = z.strictObject({
	from: range.refine(([low, high]) => low !== high, 'Expected two different numbers').default([0, 255])
		.meta({description: 'The range that the features have.'}),
	to: range.default([0, 1]).meta({description: 'The range that they get.'}),
});

const mapOf = ({from: [low, high], to: [start, end]}: z.output<typeof options>): AffineMap => {
	const scale = (end - start) / (high - low);
	return {scale, offset: start - (low * scale)};
};

/** Maps the features linearly from one range to another; float32 comes out. */
export const normalize = defineOperator({
	options,
	cardinality: 'one',
	output: spec => ({...spec, features: {...spec.features, dtype: 'float32'}}),
	affine: (_, given) => ({features: mapOf(given)}),
	create(given) {
		const affine = mapOf(given);
		return map(example => {
			const features = new Float32Array(example.features.length);
			applyAffine(affine, example.features, features);
			return {...example, features};
		});
	},
});
