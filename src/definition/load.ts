import path from 'node:path';
import {parseDocument} from 'yaml';
import {createError} from '../errors/threadloom-error.ts';
import {interpolate} from './interpolate.ts';
import {formatProblem, problemsOf} from './problems.ts';
import {readDefinitionFile, type DefinitionFile, type Place} from './read-file.ts';
import {rebasePaths} from './rebase-paths.ts';
import {definitionSchema, type Definition} from './schema.ts';
import {at, isBranch, overlay, parsePath, withValue, type Path, type Tree} from './tree.ts';

/** Changes to a definition from outside its files, weakest first: profile, environment, `sets`, `unsets`. */
export interface Overrides {
	readonly profile?: string | undefined;
	/** Variables such as THREADLOOM_TRAINING__EPOCHS=5. @default {} */
	readonly environment?: Readonly<Record<string, string | undefined>> | undefined;
	/** `path=value`, the value as YAML. @default [] */
	readonly sets?: readonly string[] | undefined;
	/** Paths to remove. @default [] */
	readonly unsets?: readonly string[] | undefined;
}

/** A definition, checked and resolved, with what it was made of. */
export interface LoadedDefinition {
	readonly definition: Definition;
	/** The file that was asked for. */
	readonly file: string;
	/** Its folder, where relative paths start. */
	readonly baseDirectory: string;
	/** Its text as written. */
	readonly text: string;
	/** Where the value at a path comes from; undefined for a default. */
	readonly originOf: (path: Path) => Place | undefined;
}

/** One source of values, with the way to tell a place. */
interface Layer {
	readonly tree: Tree;
	readonly placeOf: DefinitionFile['placeOf'];
}

const prefix = 'THREADLOOM_';

/** A file and all that it extends, the furthest first. @throws DEFINITION_CYCLE */
const readChain = async (file: string, seen: readonly string[] = []): Promise<readonly DefinitionFile[]> => {
	const own = await readDefinitionFile(file);
	if (seen.includes(own.path)) {
		throw createError('DEFINITION_CYCLE', {path: own.path, chain: [...seen, own.path]});
	}

	const parent = isBranch(own.tree) ? own.tree['extends'] : undefined;
	const below = typeof parent === 'string' ? await readChain(path.resolve(path.dirname(own.path), parent), [...seen, own.path]) : [];
	return [...below, own];
};

const withoutLoaderKeys = (tree: Tree): Tree => (isBranch(tree) ? Object.fromEntries(Object.entries(tree).filter(([key]) => key !== 'extends' && key !== 'profiles')) : tree);

const parseValue = (text: string): Tree => parseDocument(text).toJS() as Tree;

/** A layer that sets one value on what is below. */
const setLayer = (below: Tree, path: Path, value: Tree | undefined, origin: string): Layer => ({tree: withValue(below, path, value), placeOf: () => ({origin})});

const profileLayer = ({tree, placeOf, path: file}: DefinitionFile, name: string): Layer => {
	const profile = at(tree, ['profiles', name]);
	if (profile === undefined) {
		throw createError('PROFILE_UNKNOWN', {profile: name, path: file});
	}

	return {tree: profile, placeOf: (inner, options) => placeOf(['profiles', name, ...inner], options)};
};

const environmentChanges = (environment: Readonly<Record<string, string | undefined>>) => Object.entries(environment)
	.filter((entry): entry is [string, string] => entry[0].startsWith(prefix) && entry[0].includes('__') && entry[1] !== undefined)
	.map(([name, value]) => ({origin: name, value: parseValue(value), keys: name.slice(prefix.length).split('__')}));

/** Finds the keys of a path whose case an environment variable cannot say, by the keys that the tree and the schema have. */
const camelPath = (keys: readonly string[]): Path => keys.map(key => key.toLowerCase().replaceAll(/_(?<letter>[a-z])/gu, (_, letter: string) => letter.toUpperCase()));

/**
 * Reads a definition with all that it extends, lays the overrides over it, fills in every default and checks it.
 *
 * @throws DEFINITION_INVALID naming all faults at once, each with its place
 */
export const loadDefinition = async (file: string, {profile, environment = {}, sets = [], unsets = []}: Overrides = {}): Promise<LoadedDefinition> => {
	const files = await readChain(file);
	const own = files.at(-1)!;
	const baseDirectory = path.dirname(own.path);
	const layers: Layer[] = files.map(({tree, path: from, placeOf}) => ({tree: rebasePaths(withoutLoaderKeys(tree), path.dirname(from), baseDirectory), placeOf}));
	if (profile !== undefined) {
		layers.push(profileLayer(own, profile));
	}

	let tree = layers.reduce<Tree>((below, layer) => overlay(below, layer.tree), {name: path.basename(own.path).replace(/\.[^.]+$/u, '')});
	const changed: Array<{readonly path: Path; readonly origin: string}> = [];
	const change = (where: Path, value: Tree | undefined, origin: string): void => {
		({tree} = setLayer(tree, where, value, origin));
		changed.push({path: where, origin});
	};

	for (const {origin, value, keys} of environmentChanges(environment)) {
		change(camelPath(keys), value, origin);
	}

	for (const set of sets) {
		const [target = '', ...value] = set.split('=');
		change(readPath(target, '--set', value.length === 0), parseValue(value.join('=')), '--set');
	}

	for (const unset of unsets) {
		change(readPath(unset, '--unset', false), undefined, '--unset');
	}

	const placeOf = (where: Path, options?: {readonly key?: boolean}): Place => {
		const setter = changed.findLast(({path: target}) => target.every((key, index) => index >= where.length || where[index] === key));
		// A branch that only exists because something below it was set is that setter's too.
		if (setter !== undefined && (setter.path.length <= where.length || layers.every(({tree: values}) => at(values, where) === undefined))) {
			return {origin: setter.origin};
		}

		for (let {length} = where; length > 0; length--) {
			const part = where.slice(0, length);
			const layer = layers.findLast(({tree: values}) => at(values, part) !== undefined);
			if (layer !== undefined) {
				return layer.placeOf(part, length === where.length ? options : undefined);
			}
		}

		return own.placeOf([]);
	};

	const resolved = interpolate(tree, environment);
	const result = definitionSchema.safeParse(resolved);
	if (!result.success) {
		const problems = problemsOf(result.error.issues, {schema: definitionSchema, tree: resolved, placeOf});
		throw createError('DEFINITION_INVALID', {problems: problems.map(problem => formatProblem(problem)), items: problems});
	}

	return {
		definition: result.data,
		file: own.path,
		baseDirectory,
		text: own.text,
		originOf: where => (at(resolved, where) === undefined ? undefined : placeOf(where)),
	};
};

const readPath = (text: string, flag: string, isIncomplete: boolean): Path => {
	const parsed = parsePath(text.trim());
	if (parsed === undefined || isIncomplete || parsed.some(key => ['__proto__', 'constructor', 'prototype'].includes(String(key)))) {
		throw createError('OVERRIDE_INVALID', {flag, value: text});
	}

	return parsed;
};
