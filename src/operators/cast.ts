import * as z from 'zod';
import {sizeOf} from '../tensor/shape.ts';
import {defineOperator} from './define-operator.ts';
import {castFeatures} from './map-features.ts';

/**
 * Gives the features another element type.
 *
 * Numbers that the type cannot hold become what a typed array makes of them: fractions are cut off, integers wrap.
 */
export const cast = defineOperator({
	options: z.strictObject({
		dtype: z.enum(['uint8', 'int8', 'int16', 'int32', 'float32', 'float64']).meta({description: 'The new element type of the features.'}),
	}),
	cardinality: 'one',
	output: (spec, {dtype}) => ({...spec, features: {...spec.features, dtype}}),
	create: ({dtype}, {input}) => castFeatures({dtype, size: sizeOf(input.features.shape)}),
});
