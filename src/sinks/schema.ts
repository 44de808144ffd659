import {z} from 'zod';

const record = z.record(z.string().min(1), z.record(z.string(), z.unknown()).nullable());

/** One sink: its name or the path of a module, alone or with its options. */
export const sinkSchema = z.union([z.string().min(1), record.refine(entry => Object.keys(entry).length === 1, 'expected one sink: `name: {…options}`')])
	.transform((given): {readonly name: string; readonly options: Readonly<Record<string, unknown>>} => {
		if (typeof given === 'string') {
			return {name: given, options: {}};
		}

		const [name, options] = Object.entries(given)[0]!;
		return {name, options: options ?? {}};
	});

export const sinksSchema = z.array(sinkSchema).prefault(['console', 'metrics', 'report'])
	.meta({description: 'Where results go: console, metrics, report, statistics, or paths of modules. Events are always written.'});
