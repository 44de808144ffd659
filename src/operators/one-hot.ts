import * as z from 'zod';
import {map} from '../stream/rx.ts';
import {createError} from '../errors/threadloom-error.ts';
import type {ExampleSpec} from '../tensor/example.ts';
import {oneHotVector} from '../tensor/input-map.ts';
import {formatTensor} from '../tensor/shape.ts';
import {defineOperator} from './define-operator.ts';

const options = z.strictObject({
	classes: z.int().min(1).optional().meta({description: 'Length of the vectors; by default the number of classes that the source names.'}),
});

const classesOf = ({classes}: z.output<typeof options>, spec: ExampleSpec): number => {
	const count = classes ?? spec.classes?.length;
	if (count === undefined || spec.label.shape.length > 0 || spec.label.dtype.startsWith('float')) {
		throw createError('OPERATOR_SPEC', {
			operator: 'one-hot',
			expected: count === undefined ? 'a number of classes, as the source names none' : 'a class index as label (scalar int32)',
			received: `label ${formatTensor(spec.label)}`,
		});
	}

	return count;
};

/** Turns a class index into a float32 vector of zeros with a one. */
export const oneHot = defineOperator({
	options,
	cardinality: 'one',
	output: (spec, given) => ({...spec, label: {shape: [classesOf(given, spec)], dtype: 'float32'}}),
	affine: (spec, given) => ({oneHot: {classes: classesOf(given, spec)}}),
	create(given, {input}) {
		const classes = classesOf(given, input);
		return map(example => {
			const label = Number(example.label);
			if (!(label >= 0 && label < classes)) {
				throw new RangeError(`expected a label of 0 to ${classes - 1}, got ${label}`);
			}

			return {...example, label: oneHotVector(label, classes)};
		});
	},
});
