import * as z from 'zod';
import {skip as leaveOut} from '../stream/rx.ts';
import {defineOperator} from './define-operator.ts';

/** Leaves out the first examples, in the order of the source. */
export const skip = defineOperator({
	options: z.strictObject({
		count: z.int().min(0).meta({description: 'Examples that are left out.'}),
	}),
	cardinality: 'filter',
	selects: true,
	output: (spec, {count}) => ({...spec, count: spec.count === undefined ? undefined : Math.max(0, spec.count - count)}),
	create: ({count}) => leaveOut(count),
});
