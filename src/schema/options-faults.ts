import type {z} from 'zod';
import {issueWords} from './issue-words.ts';

/** One fault of the options of an operator or a source. */
export interface OptionsFault {
	/** Below the options. */
	readonly path: ReadonlyArray<string | number>;
	readonly message: string;
	/** Where there is no such key: those that there are. */
	readonly known?: readonly string[];
}

const valueAt = (given: unknown, path: readonly PropertyKey[]): unknown => path.reduce<unknown>((inner, key) => (inner as Readonly<Record<PropertyKey, unknown>> | null | undefined)?.[key], given);

/** What a schema says of the options that it was given, one by one. */
export const faultsOf = (error: z.ZodError, schema: z.ZodType, given: unknown): readonly OptionsFault[] => error.issues.flatMap((issue): readonly OptionsFault[] => {
	const path = issue.path.map(key => (typeof key === 'symbol' ? String(key) : key));
	// The schema may be of another copy of zod.
	return issue.code === 'unrecognized_keys'
		? issue.keys.map(key => ({
			path: [...path, key], message: 'there is no such key', known: path.length === 0 && 'shape' in schema ? Object.keys(schema.shape as object) : [],
		}))
		: [{path, message: issueWords(issue, valueAt(given, path))}];
});

/** A fault in words, where its place in the definition is not known. */
export const describeFault = ({path, message}: OptionsFault): string => (path.length === 0 ? message : `\`${path.join('.')}\`: ${message}`);
