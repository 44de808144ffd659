import {sourceSchema} from '../sources/schema.ts';

/** A value as a definition file holds it. */
export type Tree = string | number | boolean | null | readonly Tree[] | {readonly [key: string]: Tree};
export type Path = ReadonlyArray<string | number>;

/** What neither files nor overrides may hold. */
export const maximumDepth = 64;
const reserved: ReadonlySet<string | number> = new Set(['__proto__', 'constructor', 'prototype']);

export const isBranch = (tree: Tree | undefined): tree is Readonly<Record<string, Tree>> => typeof tree === 'object' && tree !== null && !Array.isArray(tree);

/** Whether a key means something to the language. */
export const isReserved = (key: string | number): boolean => reserved.has(key);

/** Whether a definition chooses one thing by name there: another name replaces the choice with its options. */
const isChoice = (path: Path): boolean =>
	path[0] === 'training' && path[1] === 'optimizer' && (path.length === 2 || (path.length === 4 && path[3] === 'learningRate'));

/** Where a definition chooses a source, for itself or as a part of another one. */
const isSource = (path: Path): boolean => /^data\.(?:train|test)(?:\.shards\.\d+|\.mix\.\d+\.from)?$/u.test(path.join('.'));

/** The key that tells the form of a source: the first one that each form has. */
const forms = sourceSchema.options.map(({shape}) => Object.keys(shape)[0]!);

/** Whether what is laid above is another choice, so that nothing of the one below may stay. */
const isOtherChoice = (path: Path, below: Readonly<Record<string, Tree>>, aboveKeys: readonly string[]): boolean => {
	if (isChoice(path)) {
		return aboveKeys[0] !== Object.keys(below)[0];
	}

	const form = isSource(path) ? forms.find(key => aboveKeys.includes(key)) : undefined;
	return form !== undefined && !Object.hasOwn(below, form);
};

/** Lays one tree over another: objects are merged key by key, everything else is replaced. */
export const overlay = (below: Tree | undefined, above: Tree, path: Path = []): Tree => {
	if (!isBranch(below) || !isBranch(above) || isOtherChoice(path, below, Object.keys(above))) {
		return above;
	}

	const merged = new Map<string, Tree>(Object.entries(below));
	for (const [key, value] of Object.entries(above)) {
		merged.set(key, overlay(merged.get(key), value, [...path, key]));
	}

	return Object.fromEntries(merged);
};

/** The part of a tree at a path, if it is there. */
export const at = (tree: Tree | undefined, path: Path): Tree | undefined => {
	let part = tree;
	for (const key of path) {
		if (Array.isArray(part)) {
			part = (part as readonly Tree[])[Number(key)];
		} else if (isBranch(part) && Object.hasOwn(part, key)) {
			part = part[key];
		} else {
			return undefined;
		}
	}

	return part;
};

/** The tree with another value at a path, or without it; objects that are missing on the way are made. The path was followed. */
export const withValue = (tree: Tree | undefined, path: Path, value: Tree | undefined, depth = 0): Tree => {
	const key = path[depth];
	if (key === undefined) {
		return value ?? null;
	}

	const isLast = depth === path.length - 1;
	if (Array.isArray(tree)) {
		const elements = tree as readonly Tree[];
		const index = Number(key);
		return isLast && value === undefined
			? elements.toSpliced(index, 1)
			: elements.toSpliced(index, 1, withValue(elements[index], path, value, depth + 1));
	}

	const isRemoval = isLast && value === undefined;
	const keeps = isBranch(tree) && (isRemoval || !isOtherChoice(path.slice(0, depth), tree, [String(key)]));
	const entries = new Map<string, Tree>(keeps ? Object.entries(tree) : []);
	if (isRemoval) {
		entries.delete(String(key));
	} else {
		entries.set(String(key), withValue(entries.get(String(key)), path, value, depth + 1));
	}

	return Object.fromEntries(entries);
};

/**
 * Follows a path to where a value shall be set, or tells why it leads nowhere.
 *
 * An environment variable says `0` where a list is meant by `[0]`; a list may grow by one element.
 */
export const followPath = (tree: Tree | undefined, path: Path, {isRemoval = false} = {}): {readonly path: Path} | {readonly reason: string} => {
	const followed: Array<string | number> = [];
	let part = tree;
	for (const key of path) {
		if (Array.isArray(part)) {
			const {length} = part as readonly Tree[];
			const index = typeof key === 'number' || /^\d+$/u.test(key) ? Number(key) : undefined;
			if (index === undefined || index > length || (isRemoval && index === length)) {
				return {reason: `${formatPath(followed)} is a list of ${length}, and has no "${key}"`};
			}

			followed.push(index);
		} else if (typeof key === 'number') {
			return {reason: `${formatPath(followed)} is no list, and has no [${key}]`};
		} else {
			followed.push(key);
		}

		part = at(tree, followed);
	}

	return {path: followed};
};

/** Every key of a tree that may not be there, and every place that is nested too deeply. */
export const findForbidden = (tree: Tree, path: Path = []): ReadonlyArray<{readonly path: Path; readonly message: string; readonly isKey: boolean}> => {
	if (path.length > maximumDepth) {
		return [{path, message: `it is nested deeper than ${maximumDepth}`, isKey: false}];
	}

	if (Array.isArray(tree)) {
		return (tree as readonly Tree[]).flatMap((element, index) => findForbidden(element, [...path, index]));
	}

	return isBranch(tree)
		? Object.entries(tree).flatMap(([key, value]) => (isReserved(key)
			? [{path: [...path, key], message: 'the key is reserved', isKey: true}]
			: findForbidden(value, [...path, key])))
		: [];
};

const plainKey = /^[\w$-]+$/u;

const formatKey = (key: string | number, index: number): string => {
	if (typeof key === 'number') {
		return `[${key}]`;
	}

	if (key !== '' && !plainKey.test(key)) {
		return key.includes('"') ? `['${key}']` : `["${key}"]`;
	}

	return index === 0 ? key : `.${key}`;
};

/** A path as people write it: `model.layers[1].dense.units`, `operators[0]["./my-operator.js"].share`. */
export const formatPath = (path: Path): string => path.map((key, index) => formatKey(key, index)).join('');

/** Reads what `formatPath` writes; undefined when it is no path. */
export const parsePath = (text: string): Path | undefined => {
	if (!/^[\w$-]+(?:\.[\w$-]+|\[(?:\d+|"[^"]+"|'[^']+')\])*$/u.test(text)) {
		return undefined;
	}

	return [...text.matchAll(/\[(?<index>\d+)\]|\["(?<double>[^"]+)"\]|\['(?<single>[^']+)'\]|(?<key>[\w$-]+)/gu)]
		.map(({groups}) => (groups!['index'] === undefined ? (groups!['double'] ?? groups!['single'] ?? groups!['key'])! : Number(groups!['index'])));
};
