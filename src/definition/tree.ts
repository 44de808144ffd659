/** A value as a definition file holds it. */
export type Tree = string | number | boolean | null | readonly Tree[] | {readonly [key: string]: Tree};
export type Path = ReadonlyArray<string | number>;

export const isBranch = (tree: Tree | undefined): tree is Readonly<Record<string, Tree>> => typeof tree === 'object' && tree !== null && !Array.isArray(tree);

/** Where a definition chooses one thing by name: another name replaces the choice with its options. */
const choices: ReadonlySet<string> = new Set(['training.optimizer', 'training.optimizer.learningRate']);

/** Lays one tree over another: objects are merged key by key, everything else is replaced. */
export const overlay = (below: Tree | undefined, above: Tree, path: Path = []): Tree => {
	if (!isBranch(below) || !isBranch(above)) {
		return above;
	}

	// The optimizer's own name is no part of what a choice is called.
	const place = path.filter((_, depth) => depth !== 2).join('.');
	if (choices.has(place) && Object.keys(above)[0] !== Object.keys(below)[0]) {
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

/** The tree with another value at a path; objects that are missing on the way are made. */
export const withValue = (tree: Tree | undefined, [key, ...rest]: Path, value: Tree | undefined): Tree => {
	if (key === undefined) {
		return value ?? null;
	}

	if (Array.isArray(tree)) {
		const copy = [...(tree as readonly Tree[])];
		copy[Number(key)] = withValue(copy[Number(key)], rest, value);
		return copy;
	}

	const entries = new Map<string, Tree>(isBranch(tree) ? Object.entries(tree) : []);
	if (rest.length === 0 && value === undefined) {
		entries.delete(String(key));
	} else {
		entries.set(String(key), withValue(entries.get(String(key)), rest, value));
	}

	return Object.fromEntries(entries);
};

/** A path as people write it: `model.layers[1].dense.units`. */
export const formatPath = (path: Path): string =>
	path.map((key, index) => (typeof key === 'number' ? `[${key}]` : `${index === 0 ? '' : '.'}${key}`)).join('');

/** Reads `model.layers[1].dense.units`; undefined when it is no path. */
export const parsePath = (text: string): Path | undefined => {
	if (!/^[\w$-]+(?:\.[\w$-]+|\[\d+\])*$/u.test(text)) {
		return undefined;
	}

	return [...text.matchAll(/\[(?<index>\d+)\]|(?<key>[\w$-]+)/gu)].map(({groups}) => (groups!['index'] === undefined ? groups!['key']! : Number(groups!['index'])));
};
