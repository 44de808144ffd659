import * as z from 'zod';

/** `- normalize:` without anything behind it is the name alone, as of a layer or a sink. */
const options = z.record(z.string(), z.unknown()).nullable().transform(given => given ?? {});

/** One operator: its name, or its name with options. The operator itself checks the options. */
export const operatorSchema = z.union([
	z.string().min(1),
	z.record(z.string().min(1), options).refine(entry => Object.keys(entry).length === 1, 'Expected one operator: `name: {…options}`'),
]);

/** The operators of a definition, in the order in which records pass them. */
export const operatorsSchema = z.array(operatorSchema).prefault([])
	.meta({description: 'Preprocessing operators in order: built-in names or paths of modules, each with its options.'});

/** An operator as a definition holds it. */
export type OperatorConfig = z.output<typeof operatorSchema>;
