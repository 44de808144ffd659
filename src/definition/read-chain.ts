import path from 'node:path';
import {createError} from '../errors/threadloom-error.ts';
import {nearest} from './nearest.ts';
import type {Place, Problem} from './problem.ts';
import {readDefinitionFile, type DefinitionFile} from './read-file.ts';
import {rebasePaths} from './rebase-paths.ts';
import {at, isBranch, type Path, type Tree} from './tree.ts';

/** One source of values, with the way to tell a place. */
export interface Layer {
	readonly tree: Tree;
	readonly placeOf: (path: Path, options?: {readonly key?: boolean}) => Place;
}

/** All files of a definition. */
export interface Chain {
	/** Of the files, the furthest first, and then of the profile. Paths start at the folder of the file that was asked for. */
	readonly layers: readonly Layer[];
	/** Faults of the keys that only the loader reads. */
	readonly problems: readonly Problem[];
}

const loaderKeys = new Set(['extends', 'profiles']);

/** A file and all that it extends, the furthest first. @throws DEFINITION_CYCLE */
const readFiles = async (own: DefinitionFile, seen: readonly string[] = []): Promise<readonly DefinitionFile[]> => {
	const chain = [...seen, own.path];
	if (seen.includes(own.path)) {
		throw createError('DEFINITION_CYCLE', {path: own.path, chain});
	}

	const parent = at(own.tree, ['extends']);
	if (typeof parent !== 'string') {
		return [own];
	}

	return [...await readFiles(await readDefinitionFile(path.resolve(path.dirname(own.path), parent)), chain), own];
};

const loaderProblems = ({tree, placeOf}: DefinitionFile): readonly Problem[] => {
	const parent = at(tree, ['extends']);
	const profiles = at(tree, ['profiles']);
	return [
		...(parent === undefined || typeof parent === 'string' ? [] : [{path: 'extends', message: 'expected the path of one definition', place: placeOf(['extends'])}]),
		...(profiles === undefined || isBranch(profiles) ? [] : [{path: 'profiles', message: 'expected changes by name', place: placeOf(['profiles'])}]),
		...Object.entries(isBranch(profiles) ? profiles : {}).filter(([, changes]) => !isBranch(changes)).map(([name]) => (
			{path: `profiles.${name}`, message: 'expected keys and values', place: placeOf(['profiles', name])}
		)),
	];
};

const withoutLoaderKeys = (tree: Tree): Tree => (isBranch(tree) ? Object.fromEntries(Object.entries(tree).filter(([key]) => !loaderKeys.has(key))) : tree);

/** Reads a definition with all that it extends, and takes one profile out of them. @throws DEFINITION_CYCLE, PROFILE_UNKNOWN */
export const readChain = async (own: DefinitionFile, profile: string | undefined): Promise<Chain> => {
	const files = await readFiles(own);
	const folder = path.dirname(own.path);
	const layerOf = (file: DefinitionFile, within: Path): Layer => ({
		tree: rebasePaths(withoutLoaderKeys(at(file.tree, within) ?? {}), path.dirname(file.path), folder),
		placeOf: (inner, options) => file.placeOf([...within, ...inner], options),
	});
	const problems = files.flatMap(file => loaderProblems(file));
	const layers = files.map(file => ({
		...layerOf(file, []),
		// A file that is no object is refused as it is.
		...(!isBranch(file.tree) && {tree: file.tree}),
	}));
	if (profile === undefined) {
		return {layers, problems};
	}

	const withProfile = files.filter(file => isBranch(at(file.tree, ['profiles', profile])));
	if (withProfile.length === 0 && problems.length === 0) {
		const near = nearest(profile, files.flatMap(file => Object.keys(at(file.tree, ['profiles']) ?? {})));
		throw createError('PROFILE_UNKNOWN', {profile, path: own.path, ...(near !== undefined && {nearest: near})});
	}

	return {layers: [...layers, ...withProfile.map(file => layerOf(file, ['profiles', profile]))], problems};
};
