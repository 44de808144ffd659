import * as z from 'zod';
import {map as change} from '../stream/rx.ts';
import {createError} from '../errors/threadloom-error.ts';
import type {ExampleSpec} from '../tensor/example.ts';
import {formatTensor} from '../tensor/shape.ts';
import {defineOperator} from './define-operator.ts';

const index = z.int().min(0);

/** Replaces class indices by others, for example to put classes together. */
export const mapLabel = defineOperator({
	options: z.strictObject({
		map: z.record(z.string().regex(/^\d+$/u, 'Expected a class index'), index).meta({description: 'New class index by old one.'}),
		otherwise: index.optional().meta({description: 'New index of all classes that the map leaves out; by default they keep theirs.'}),
		classes: z.array(z.string().min(1)).min(1).optional().meta({description: 'Names of the new classes.'}),
	}),
	cardinality: 'one',
	output(spec, {classes}): ExampleSpec {
		if (spec.label.shape.length > 0 || spec.label.dtype.startsWith('float')) {
			throw createError('OPERATOR_SPEC', {operator: 'map-label', expected: 'a class index as label (scalar int32)', received: `label ${formatTensor(spec.label)}`});
		}

		const {classes: _, ...rest} = spec;
		return {...rest, label: {shape: [], dtype: 'int32'}, ...(classes && {classes})};
	},
	create({map, otherwise}) {
		const labels = new Map(Object.entries(map).map(([from, to]) => [Number(from), to]));
		return change(example => {
			const label = Number(example.label);
			return {...example, label: labels.get(label) ?? otherwise ?? label};
		});
	},
});
