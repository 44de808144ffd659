import fs from 'node:fs/promises';
import path from 'node:path';
import {pathToFileURL} from 'node:url';
import {createJiti} from 'jiti';
import {LineCounter, parseDocument, isMap, isNode, isScalar, type Document} from 'yaml';
import {createError} from '../errors/threadloom-error.ts';
import type {Path, Tree} from './tree.ts';

/** Where a value was written. */
export interface Place {
	/** A file, `--set`, or the name of an environment variable. */
	readonly origin: string;
	/** From 1; only in files that have lines. */
	readonly line?: number;
	readonly column?: number;
}

/** One file of a definition. */
export interface DefinitionFile {
	readonly path: string;
	readonly text: string;
	readonly tree: Tree;
	/** The place of the value at a path, or of the nearest part around it; with `key`, that of the key itself. */
	readonly placeOf: (path: Path, options?: {readonly key?: boolean}) => Place;
}

const maximumBytes = 1024 * 1024;
const maximumDepth = 64;
const reserved = new Set(['__proto__', 'constructor', 'prototype']);

const readText = async (file: string): Promise<string> => {
	let stats;
	try {
		stats = await fs.stat(file);
	} catch (error) {
		throw createError('FILE_NOT_FOUND', {path: file}, {cause: error});
	}

	if (!stats.isFile() || stats.size > maximumBytes) {
		throw createError('DEFINITION_UNREADABLE', {path: file, reason: stats.isFile() ? `it is larger than ${maximumBytes} bytes` : 'it is no file'});
	}

	return fs.readFile(file, 'utf8');
};

/** Refuses keys that mean something to the language, and nesting that nobody writes. */
const checkTree = (file: string, tree: Tree, depth = 0): void => {
	if (depth > maximumDepth) {
		throw createError('DEFINITION_UNREADABLE', {path: file, reason: `it is nested deeper than ${maximumDepth}`});
	}

	if (typeof tree === 'object' && tree !== null) {
		for (const [key, value] of Object.entries(tree)) {
			if (reserved.has(key)) {
				throw createError('DEFINITION_UNREADABLE', {path: file, reason: `the key "${key}" is reserved`});
			}

			checkTree(file, value as Tree, depth + 1);
		}
	}
};

/** The node at a path, or the last one on the way to it. */
const nodeAt = (document: Document, path: Path, wantsKey: boolean): unknown => {
	let node: unknown = document.contents;
	for (const [index, key] of path.entries()) {
		if (isMap(node) && wantsKey && index === path.length - 1) {
			const pair = node.items.find(({key: name}) => (isScalar(name) ? name.value : name) === key);
			return pair?.key ?? node;
		}

		const next: unknown = typeof node === 'object' && node !== null && 'get' in node && typeof node.get === 'function' ? node.get(key, true) : undefined;
		if (!isNode(next)) {
			return node;
		}

		node = next;
	}

	return node;
};

const readYaml = (file: string, text: string): DefinitionFile => {
	const lines = new LineCounter();
	const document = parseDocument(text, {lineCounter: lines, prettyErrors: false, uniqueKeys: true, maxAliasCount: 100} as never);
	const [fault] = document.errors;
	if (fault !== undefined) {
		const {line, col} = lines.linePos(fault.pos[0]);
		throw createError('DEFINITION_SYNTAX', {path: file, line, column: col, reason: fault.message});
	}

	const tree = document.toJS({maxAliasCount: 100}) as Tree;
	checkTree(file, tree);
	return {
		path: file,
		text,
		tree,
		placeOf(path, {key = false} = {}) {
			const node = nodeAt(document, path, key);
			const offset = isNode(node) ? node.range?.[0] : undefined;
			if (offset === undefined) {
				return {origin: file, line: 1, column: 1};
			}

			const {line, col} = lines.linePos(offset);
			return {origin: file, line, column: col};
		},
	};
};

const readModule = async (file: string, text: string): Promise<DefinitionFile> => {
	let namespace: {readonly default?: unknown};
	try {
		namespace = /\.[cm]?ts$/u.test(file)
			? await createJiti(import.meta.url).import(file)
			: await import(pathToFileURL(file).href);
	} catch (error) {
		throw createError('DEFINITION_UNREADABLE', {path: file, reason: error instanceof Error ? error.message : String(error)}, {cause: error});
	}

	// What a module exports is taken as what its JSON says.
	const tree = JSON.parse(JSON.stringify(namespace.default ?? null)) as Tree; // eslint-disable-line unicorn/prefer-structured-clone -- functions and dates are to become what JSON makes of them
	checkTree(file, tree);
	return {path: file, text, tree, placeOf: () => ({origin: file})};
};

/** Reads one YAML, JSON, JavaScript or TypeScript file. @throws FILE_NOT_FOUND, DEFINITION_UNREADABLE, DEFINITION_SYNTAX */
export const readDefinitionFile = async (file: string): Promise<DefinitionFile> => {
	const absolute = path.resolve(file);
	const text = await readText(absolute);
	// JSON is YAML.
	return /\.[cm]?[jt]s$/u.test(absolute) ? readModule(absolute, text) : readYaml(absolute, text);
};
