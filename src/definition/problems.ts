import * as z from 'zod';
import {issueWords} from '../schema/issue-words.ts';
import {namedChoices} from '../schema/named.ts';
import {nearest} from './nearest.ts';
import type {Place, Problem} from './problem.ts';
import {at, formatPath, isBranch, type Path, type Tree} from './tree.ts';

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

	if (bare instanceof z.ZodRecord) {
		return schemasAt(bare.def.valueType as z.ZodType, rest);
	}

	const next = bare instanceof z.ZodObject ? (bare.def.shape as Readonly<Record<string, z.ZodType>>)[String(key)] : undefined;
	return next === undefined ? [] : schemasAt(next, rest);
};

const knownKeys = (schema: z.ZodType, path: Path): readonly string[] =>
	schemasAt(schema, path).flatMap(part => (part instanceof z.ZodObject ? Object.keys(part.def.shape as object) : []));

/** Whether only a module knows which keys there are. */
const isOpen = (schema: z.ZodType): boolean => schema instanceof z.ZodRecord && schema.def.valueType instanceof z.ZodUnknown;

/** The first key of a path that is neither in the tree nor in the schema, with what was probably meant; undefined when every key is, or may be one that only a module knows. */
export const unknownKey = (path: Path, {schema, tree}: {readonly schema: z.ZodType; readonly tree: Tree}): {readonly path: Path; readonly nearest: string | undefined} | undefined => {
	for (const [index, key] of path.entries()) {
		const above = path.slice(0, index);
		const parts = schemasAt(schema, above);
		if (parts.some(part => isOpen(part))) {
			return undefined;
		}

		const there = at(tree, above);
		if (at(tree, [...above, key]) === undefined) {
			const known = [
				...parts.flatMap(part => (part instanceof z.ZodObject ? Object.keys(part.def.shape as object) : Object.keys(namedChoices.get(part) ?? {}))),
				...(isBranch(there) ? Object.keys(there) : []),
			];
			if (!known.includes(String(key))) {
				return {path: path.slice(0, index + 1), nearest: nearest(String(key), known)};
			}
		}
	}

	return undefined;
};

/** How far a value is from a branch of a union. */
const distanceOf = (issue: Issue): number => {
	const isOtherKind = issue.path.length === 0 && (issue.code === 'invalid_type' || issue.code === 'invalid_value');
	// A branch that the value was meant for knows most of its keys.
	return isOtherKind ? 100 : (issue.path.length === 0 ? 10 : 1) + (issue.code === 'unrecognized_keys' ? issue.keys.length : 0);
};

/** The branch of a union that fits the value best: one of its kind, then the one whose faults lie deepest, then the one with the fewest. */
const bestBranch = (branches: readonly Issue[][]): readonly Issue[] => {
	const score = (issues: readonly Issue[]): number => issues.reduce((sum, issue) => sum + distanceOf(issue), 0);
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
					? [problem(issueWords(issue, value))]
					: bestBranch(issue.errors).flatMap(inner => convert(inner, path));
			}

			case 'custom': {
				const {known, received} = (issue.params ?? {}) as {known?: readonly string[]; received?: string};
				return [problem(issue.message, path, {nearest: received === undefined ? undefined : nearest(received, known ?? []), key: path.at(-1) === received})];
			}

			case 'invalid_value': {
				const options = issue.values.filter(option => typeof option === 'string');
				return [problem(issueWords(issue, value), path, {nearest: typeof value === 'string' ? nearest(value, options) : undefined})];
			}

			default: {
				return [problem(issueWords(issue, value))];
			}
		}
	};

	return issues.flatMap(issue => convert(issue, []));
};
