import type {z} from 'zod';
import {createError} from '../errors/threadloom-error.ts';
import {describeFault, faultsOf} from './options-faults.ts';

/** The options of a sink as its schema leaves them; `at` is where they stand in the definition. @throws SINK_OPTIONS */
export const checkSinkOptions = (schema: z.ZodType, options: unknown, {sink, at}: {readonly sink: string; readonly at: ReadonlyArray<string | number>}): unknown => {
	const parsed = schema.safeParse(options);
	if (!parsed.success) {
		const faults = faultsOf(parsed.error, schema, options);
		throw createError('SINK_OPTIONS', {sink, at, problems: faults.map(fault => describeFault(fault)), faults}, {cause: parsed.error});
	}

	return parsed.data;
};
