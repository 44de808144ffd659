import * as z from 'zod';
import {identity} from '../stream/rx.ts';
import {createError} from '../errors/threadloom-error.ts';
import {formatShape, formatTensor, sizeOf} from '../tensor/shape.ts';
import {defineOperator} from './define-operator.ts';

/** Gives the features another shape with as many elements; no number moves. */
export const reshape = defineOperator({
	options: z.strictObject({
		shape: z.array(z.int().min(1)).meta({description: 'The new shape of one record, without the batch.'}),
	}),
	cardinality: 'one',
	output(spec, {shape}) {
		if (sizeOf(shape) !== sizeOf(spec.features.shape)) {
			throw createError('OPERATOR_SPEC', {
				operator: 'reshape',
				expected: `features of ${sizeOf(shape)} elements for ${formatShape(shape)}`,
				received: `${sizeOf(spec.features.shape)} elements (${formatTensor(spec.features)})`,
			});
		}

		return {...spec, features: {...spec.features, shape}};
	},
	affine: () => ({}),
	create: () => identity,
});
