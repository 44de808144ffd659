import * as z from 'zod';

const record = z.record(z.string().min(1), z.record(z.string(), z.unknown()).nullable());

const resolved = z.strictObject({name: z.string().min(1), options: z.record(z.string(), z.unknown())});

/** One sink: its name or the path of a module, alone or with its options. */
export const sinkSchema = z.union([
	z.string().min(1).transform(name => ({name, options: {}})),
	resolved,
	record.refine(entry => Object.keys(entry).length === 1, 'expected one sink: `name: {…options}`').transform(entry => {
		const [name, options] = Object.entries(entry)[0]!;
		return {name, options: options ?? {}};
	}),
]);

export const sinksSchema = z.array(sinkSchema).prefault(['console', 'metrics', 'report'])
	.meta({description: 'Where results go: console, metrics, report, statistics, or paths of modules. Events are always written.'});
