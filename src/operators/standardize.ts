import * as z from 'zod';
import {map} from '../stream/rx.ts';
import {applyAffine, type AffineMap} from '../tensor/input-map.ts';
import {createMoments, type Moments} from '../tensor/moments.ts';
import {sizeOf} from '../tensor/shape.ts';
import {defineOperator} from './define-operator.ts';

/** Mean and deviation of the training share: one number, or one for each element of the features. */
export interface StandardizeState {
	readonly count: number;
	readonly mean: readonly number[];
	readonly deviation: readonly number[];
}

const options = z.strictObject({
	per: z.enum(['all', 'feature']).default('all')
		.meta({description: 'Whether there is one mean and deviation for all features, or one for each.'}),
	epsilon: z.number().min(0).default(0).meta({description: 'Added to the variance before its root is taken.'}),
});

const mapOf = ({mean, deviation}: StandardizeState): AffineMap => {
	// What never varies is only centred.
	const scales = deviation.map(value => (value === 0 ? 1 : 1 / value));
	const offsets = mean.map((value, index) => -value * scales[index]!);
	return scales.length === 1
		? {scale: scales[0]!, offset: offsets[0]!}
		: {scale: Float32Array.from(scales), offset: Float32Array.from(offsets)};
};

const stateOf = ({count, mean, variance}: Moments, epsilon: number): StandardizeState => ({
	count,
	mean: [...mean],
	deviation: Array.from(variance, value => Math.sqrt(value + epsilon)),
});

/** Subtracts the mean of the training share and divides by its deviation; float32 comes out. */
export const standardize = defineOperator({
	options,
	cardinality: 'one',
	output: spec => ({...spec, features: {...spec.features, dtype: 'float32'}}),
	async fit(examples, spec, {per, epsilon}): Promise<StandardizeState> {
		const moments = createMoments(per === 'all' ? 1 : sizeOf(spec.features.shape));
		for await (const {features} of examples) {
			moments.add(features);
		}

		return stateOf(moments.result(), epsilon);
	},
	affine: (_, __, state) => ({features: mapOf(state)}),
	create(_, __, state) {
		const affine = mapOf(state);
		return map(example => {
			const features = new Float32Array(example.features.length);
			applyAffine(affine, example.features, features);
			return {...example, features};
		});
	},
});
