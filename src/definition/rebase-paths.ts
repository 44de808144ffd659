import path from 'node:path';
import {isBranch, type Tree} from './tree.ts';

/** Paths in a file start at its folder: turns those of a file elsewhere into ones that start at `to`. */
export const rebasePaths = (tree: Tree, from: string, to: string): Tree => {
	if (from === to || !isBranch(tree)) {
		return tree;
	}

	const rebase = (value: Tree): Tree => {
		if (typeof value !== 'string' || value === '-' || path.isAbsolute(value) || /^[a-z][a-z\d+.-]+:/iu.test(value)) {
			return value;
		}

		const moved = path.relative(to, path.resolve(from, value)).replaceAll(path.sep, '/');
		return moved.startsWith('.') ? moved : `./${moved}`;
	};

	/** Only what looks like the path of a module is one; other names are built in. */
	const rebaseModule = (name: string): string => (name.startsWith('.') ? String(rebase(name)) : name);
	const rebaseItems = (items: Tree): Tree => (Array.isArray(items)
		? (items as readonly Tree[]).map(item => {
			if (typeof item === 'string') {
				return rebaseModule(item);
			}

			return isBranch(item) ? Object.fromEntries(Object.entries(item).map(([name, options]) => [rebaseModule(name), options])) : item;
		})
		: items);
	/** Sources may be made of sources. */
	const rebaseSource = (source: Tree): Tree => {
		if (Array.isArray(source)) {
			return (source as readonly Tree[]).map(item => rebaseSource(item));
		}

		return isBranch(source)
			? Object.fromEntries(Object.entries(source).map(([key, value]) => [
				key,
				['images', 'labels', 'source', 'npy', 'folder'].includes(key) ? rebase(value) : (['shards', 'mix', 'from'].includes(key) ? rebaseSource(value) : value),
			]))
			: source;
	};

	return Object.fromEntries(Object.entries(tree).map(([key, value]) => {
		if (key === 'operators' || key === 'sinks') {
			return [key, rebaseItems(value)];
		}

		if (key === 'data' && isBranch(value)) {
			return [key, Object.fromEntries(Object.entries(value).map(([split, source]) => [split, rebaseSource(source)]))];
		}

		return [key, value];
	}));
};
