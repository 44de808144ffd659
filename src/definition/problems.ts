import {z} from 'zod';
import {namedChoices} from '../schema/named.ts';
import {nearest} from './nearest.ts';
import type {Place} from './read-file.ts';
import {at, formatPath, isBranch, type Path, type Tree} from './tree.ts';

/** One fault of a definition. */
export interface Problem {
	readonly path: string;
	readonly message: string;
	readonly place: Place;
	/** The name that was probably meant. */
	readonly nearest?: string;
}

type Issue = z.core.$ZodIssue;

/** A schema without its wrappers. */
const unwrap = (schema: z.ZodType): z.ZodType => {
	if (namedChoices.has(schema)) {
		return schema;
	}

	if (schema instanceof z.ZodPipe) {
		return unwrap(schema.def.in as z.ZodType);
	}

	if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault || schema instanceof z.ZodNullable) {
		return unwrap(schema.def.innerType as z.ZodType);
	}

	return schema;
};

/** Every schema that may stand at a path. */
const schemasAt = (schema: z.ZodType, path: Path): readonly z.ZodType[] => {
	const bare = unwrap(schema);
	if (bare instanceof z.ZodUnion) {
		return bare.def.options.flatMap(option => schemasAt(option as z.ZodType, path));
	}

	const [key, ...rest] = path;
	if (key === undefined) {
		return [bare];
	}

	const choices = namedChoices.get(bare);
	if (choices !== undefined) {
		const choice = choices[String(key)];
		return choice === undefined ? [] : schemasAt(choice, rest);
	}

	if (bare instanceof z.ZodArray) {
		return schemasAt(bare.def.element as z.ZodType, rest);
	}

	const next = bare instanceof z.ZodObject ? (bare.def.shape as Readonly<Record<string, z.ZodType>>)[String(key)] : undefined;
	return next === undefined ? [] : schemasAt(next, rest);
};

const knownKeys = (schema: z.ZodType, path: Path): readonly string[] =>
	schemasAt(schema, path).flatMap(part => (part instanceof z.ZodObject ? Object.keys(part.def.shape as object) : []));

const show = (value: Tree | undefined): string => (value === undefined ? 'nothing' : JSON.stringify(value).slice(0, 60));

/** The branch of a union that fits the value best: the one whose faults lie deepest, then the one with the fewest. */
const bestBranch = (branches: readonly Issue[][]): readonly Issue[] => {
	// A branch that the value was meant for knows most of its keys.
	const score = (issues: readonly Issue[]): number => issues.reduce((sum, issue) => sum + (issue.path.length === 0 ? 10 : 1) + (issue.code === 'unrecognized_keys' ? issue.keys.length : 0), 0);
	return [...branches].toSorted((a, b) => score(a) - score(b))[0] ?? [];
};

/** Turns the issues of the schema into problems with their places. */
export const problemsOf = (issues: readonly Issue[], {schema, tree, placeOf}: {
	readonly schema: z.ZodType;
	readonly tree: Tree;
	readonly placeOf: (path: Path, options?: {readonly key?: boolean}) => Place;
}): readonly Problem[] => {
	const convert = (issue: Issue, base: Path): readonly Problem[] => {
		const path: Path = [...base, ...issue.path.map(key => (typeof key === 'symbol' ? String(key) : key))];
		const problem = (message: string, where: Path = path, extra: {readonly nearest?: string | undefined; readonly key?: boolean} = {}): Problem => ({
			path: formatPath(where),
			message,
			place: placeOf(where, {key: extra.key ?? false}),
			...(extra.nearest !== undefined && {nearest: extra.nearest}),
		});
		const value = at(tree, path);
		switch (issue.code) {
			case 'unrecognized_keys': {
				const known = knownKeys(schema, path);
				return issue.keys.map(key => problem('there is no such key', [...path, key], {key: true, nearest: nearest(key, known)}));
			}

			case 'invalid_union': {
				return value === undefined || issue.errors.length === 0
					? [problem(value === undefined ? 'it is missing' : `it fits none of its forms, received ${show(value)}`)]
					: bestBranch(issue.errors).flatMap(inner => convert(inner, path));
			}

			case 'custom': {
				const {known, received} = (issue.params ?? {}) as {known?: readonly string[]; received?: string};
				return [problem(issue.message, path, {nearest: received === undefined ? undefined : nearest(received, known ?? []), key: received !== undefined && isBranch(at(tree, path.slice(0, -1)))})];
			}

			case 'invalid_value': {
				const options = issue.values.map(String);
				return [problem(
					`expected ${options.length === 1 ? options[0]! : `one of ${options.join(', ')}`}, received ${show(value)}`, path, {nearest: typeof value === 'string' ? nearest(value, options) : undefined},
				)];
			}

			default: {
				return [problem(value === undefined ? 'it is missing' : `${issue.message.replace(/^Invalid input: /u, '')}${issue.message.includes('received') ? '' : `, received ${show(value)}`}`)];
			}
		}
	};

	return issues.flatMap(issue => convert(issue, []));
};

/** One line for one problem: place, path, what is wrong and what was probably meant. */
export const formatProblem = ({path, message, place, nearest: name}: Problem): string => {
	const where = place.line === undefined ? place.origin : `${place.origin}:${place.line}:${place.column}`;
	return `${where}: ${path === '' ? '' : `${path}: `}${message}${name === undefined ? '' : ` (did you mean "${name}"?)`}`;
};
