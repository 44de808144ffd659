import {Buffer} from 'node:buffer';
import path from 'node:path';
import {checkArguments} from './check-arguments.ts';
import {interpolate} from './interpolate.ts';
import {monitorProblems} from './monitors.ts';
import {outputProblems, outputWarnings} from './outputs.ts';
import {changesOf, type Change, type Overrides} from './overrides.ts';
import {definitionError, formatProblem, type Place, type Problem} from './problem.ts';
import {problemsOf, unknownKey} from './problems.ts';
import {readChain, type Layer} from './read-chain.ts';
import {readDefinitionFile, readValue, readYaml, type DefinitionFile} from './read-file.ts';
import {referenceProblems} from './references.ts';
import {definitionSchema, type Definition, type DefinitionInput} from './schema.ts';
import {at, findForbidden, followPath, formatPath, isBranch, overlay, withValue, type Path, type Tree} from './tree.ts';

export type {FlagOverride, Overrides} from './overrides.ts';

/** A definition that is in no file. */
export type DefinitionText = ({readonly text: string} | {readonly definition: DefinitionInput}) & {
	/** Where its relative paths start. @default the working directory */
	readonly directory?: string | undefined;
};

/** A definition, checked and resolved, with what it was made of. */
export interface LoadedDefinition {
	/** With every default filled in. */
	readonly definition: Definition;
	/** The file that was asked for. */
	readonly file: string;
	/** Its folder, where relative paths start. */
	readonly baseDirectory: string;
	/** Its text as written. */
	readonly text: string;
	/** What can be run and hardly was meant, each with its place. */
	readonly warnings: readonly string[];
	/** Where the value at a path comes from; undefined for a default. */
	readonly originOf: (path: Path, options?: {readonly key?: boolean}) => Place | undefined;
}

const read = async (source: string | DefinitionText): Promise<DefinitionFile> => {
	if (typeof source === 'string') {
		return readDefinitionFile(source);
	}

	const {directory = '.'} = source;
	const file = path.resolve(directory, 'definition');
	return 'text' in source ? readYaml(file, source.text) : readValue(file, source.definition);
};

/** Bytes of a default name at most: the directory of a run has a time behind it, and a file system takes 255 in all. */
const nameBytes = 200;

/** The name that a file gives to its pipeline: letters and digits of any script, and in place of what a shell or a file system may take for something else a hyphen. */
const defaultName = (file: string): string => {
	const name = path.basename(file).replace(/\.[^.]+$/u, '').normalize('NFC').replaceAll(/[^\p{L}\p{M}\p{N}_.-]/gu, '-');
	const fitting = Buffer.from(name).subarray(0, nameBytes).toString();
	// What was cut in the middle of a letter ends with the sign for that.
	return fitting === name ? name : fitting.replace(/�+$/u, '');
};

/** Makes the changes that lead somewhere, and tells the others as problems. */
const applyChanges = (below: Tree, changes: readonly Change[]): {readonly tree: Tree; readonly made: readonly Change[]; readonly problems: readonly Problem[]} => {
	const made: Change[] = [];
	const problems: Problem[] = [];
	let tree = below;
	for (const change of changes) {
		const {origin, value} = change;
		const followed = followPath(tree, change.path, {isRemoval: value === undefined});
		if ('reason' in followed) {
			problems.push({path: formatPath(change.path), message: followed.reason, place: {origin}});
			continue;
		}

		if (value === undefined && at(tree, followed.path) === undefined) {
			const unknown = unknownKey(followed.path, {schema: definitionSchema, tree});
			if (unknown !== undefined) {
				problems.push({path: formatPath(unknown.path), message: 'there is no such key', place: {origin}, ...(unknown.nearest !== undefined && {nearest: unknown.nearest})});
			}

			continue;
		}

		tree = withValue(tree, followed.path, value);
		made.push({...change, path: followed.path});
	}

	return {tree, made, problems};
};

/** Tells where the value at a path was written: by the last change that touched it, or in the last file that has it. */
const placeFinder = (layers: readonly Layer[], made: readonly Change[]) => (where: Path, options?: {readonly key?: boolean}): Place => {
	const isAlong = ({path: target}: Change): boolean => target.every((key, index) => index >= where.length || where[index] === key);
	const setter = made.findLast(change => isAlong(change));
	// A branch that only exists because something below it was set is that setter's too.
	if (setter !== undefined && (setter.path.length <= where.length || layers.every(({tree}) => at(tree, where) === undefined))) {
		return {origin: setter.origin};
	}

	// The deepest part that is written anywhere; what a list or a plain value replaced is written nowhere.
	let found = {layer: layers.at(-1)!, depth: 0};
	for (const layer of layers.toReversed()) {
		let depth = 0;
		while (depth < where.length && at(layer.tree, where.slice(0, depth + 1)) !== undefined) {
			depth++;
		}

		if (depth > found.depth) {
			found = {layer, depth};
		}

		if (where.slice(0, depth).some((_, index) => !isBranch(at(layer.tree, where.slice(0, index + 1))))) {
			break;
		}
	}

	const {layer, depth} = found;
	return layer.placeOf(where.slice(0, depth), depth === where.length ? options : undefined);
};

/**
 * Reads a definition with all that it extends, lays the overrides over it, fills in every default and checks it.
 *
 * @throws DEFINITION_INVALID naming all faults at once, each with its place; FILE_NOT_FOUND, DEFINITION_UNREADABLE,
 * DEFINITION_SYNTAX, DEFINITION_CYCLE, PROFILE_UNKNOWN, OVERRIDE_INVALID; TypeError when it is called with anything else
 */
export const loadDefinition = async (source: string | DefinitionText, overrides: Overrides = {}): Promise<LoadedDefinition> => {
	checkArguments(source, overrides);
	const changes = changesOf(overrides);
	const own = await read(source);
	const {layers, problems: loaderProblems} = await readChain(own, overrides.profile);
	const laid = layers.reduce<Tree>((below, {tree}) => overlay(below, tree), {name: defaultName(own.path)});
	const {tree, made, problems: changeProblems} = applyChanges(laid, changes);
	const placeOf = placeFinder(layers, made);
	const {tree: resolved, faults} = interpolate(tree, overrides.environment ?? {});
	const treeFaults = [...faults, ...findForbidden(resolved)].map(({path: where, message}): Problem => ({path: formatPath(where), message, place: placeOf(where)}));

	const result = definitionSchema.safeParse(resolved);
	// What could not be filled in has its fault already.
	const known = new Set(treeFaults.map(fault => fault.path));
	const schemaProblems = [
		...(result.success ? [...outputProblems(result.data, placeOf), ...monitorProblems(result.data, placeOf)] : problemsOf(result.error.issues, {schema: definitionSchema, tree: resolved, placeOf})),
		...(isBranch(resolved) ? await referenceProblems(resolved, placeOf) : []),
	].filter(problem => !known.has(problem.path));
	const problems = [...loaderProblems, ...changeProblems, ...treeFaults, ...schemaProblems];
	if (!result.success || problems.length > 0) {
		throw definitionError(problems);
	}

	return {
		definition: result.data,
		file: own.path,
		baseDirectory: path.dirname(own.path),
		text: own.text,
		warnings: outputWarnings(result.data, placeOf).map(warning => formatProblem(warning)),
		originOf(where, of) {
			// The default name is in the tree, but nobody wrote it.
			const isWritten = layers.some(layer => at(layer.tree, where.slice(0, 1)) !== undefined) || made.some(({path: [key], value}) => key === where[0] && value !== undefined);
			return isWritten && at(resolved, where) !== undefined ? placeOf(where, of) : undefined;
		},
	};
};
