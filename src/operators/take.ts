import * as z from 'zod';
import {take as firstOnes} from '../stream/rx.ts';
import {defineOperator} from './define-operator.ts';

/** Lets the first examples pass, in the order of the source, and ends the stream after them. */
export const take = defineOperator({
	options: z.strictObject({
		count: z.int().min(1).meta({description: 'Examples that pass.'}),
	}),
	cardinality: 'filter',
	selects: true,
	output: (spec, {count}) => ({...spec, count: spec.count === undefined ? undefined : Math.min(spec.count, count)}),
	create: ({count}) => firstOnes(count),
});
