import * as z from 'zod';
import {filter as keep} from '../stream/rx.ts';
import {createError} from '../errors/threadloom-error.ts';
import {formatTensor} from '../tensor/shape.ts';
import {defineOperator} from './define-operator.ts';

const index = z.int().min(0);

/** Lets those examples pass that meet every condition. */
export const filter = defineOperator({
	options: z.strictObject({
		labels: z.array(index).min(1).optional().meta({description: 'Class indices that pass.'}),
		except: z.array(index).min(1).optional().meta({description: 'Class indices that do not.'}),
		records: z.strictObject({
			from: index.default(0).meta({description: 'The first record number that passes.'}),
			before: index.optional().meta({description: 'The first that no longer does; none by default.'}),
		}).optional().meta({description: 'Record numbers in their source that pass.'}),
	}).refine(given => Object.values(given).some(value => value !== undefined), 'Expected `labels`, `except` or `records`'),
	cardinality: 'filter',
	selects: true,
	output(spec, {labels, except}) {
		if ((labels ?? except) !== undefined && spec.label.shape.length > 0) {
			throw createError('OPERATOR_SPEC', {operator: 'filter', expected: 'a class index as label (scalar int32)', received: `label ${formatTensor(spec.label)}`});
		}

		return {...spec, count: undefined};
	},
	create({labels, except, records}) {
		const wanted = labels && new Set(labels);
		const unwanted = new Set(except);
		const {from = 0, before = Number.POSITIVE_INFINITY} = records ?? {};
		return keep(({index: record, label}) =>
			(wanted === undefined || wanted.has(Number(label)))
			&& !unwanted.has(Number(label))
			&& record >= from && record < before);
	},
});
