import fs from 'node:fs/promises';
import path from 'node:path';
import {Composer, isMap, isNode, isScalar, Lexer, LineCounter, Parser, type CST, type Document} from 'yaml';
import {messageOf} from '../errors/thrown.ts';
import {createError} from '../errors/threadloom-error.ts';
import {importModule} from '../schema/import-module.ts';
import {definitionError, type Place, type Problem} from './problem.ts';
import {findForbidden, formatPath, maximumDepth, type Path, type Tree} from './tree.ts';
import {danglingAlias, secondDocument} from './yaml-faults.ts';

/** One file of a definition. */
export interface DefinitionFile {
	readonly path: string;
	readonly text: string;
	readonly tree: Tree;
	/** The place of the value at a path, or of the nearest part around it; with `key`, that of the key itself. */
	readonly placeOf: (path: Path, options?: {readonly key?: boolean}) => Place;
}

const maximumBytes = 1024 * 1024;

const unreadable = (file: string, reason: string, cause?: unknown) => createError('DEFINITION_UNREADABLE', {path: file, reason}, {cause});

const checkSize = (file: string, bytes: number): void => {
	if (bytes > maximumBytes) {
		throw unreadable(file, `it is larger than ${maximumBytes} bytes`);
	}
};

const readText = async (file: string): Promise<string> => {
	let stats;
	try {
		stats = await fs.stat(file);
	} catch (error) {
		throw createError('FILE_NOT_FOUND', {path: file}, {cause: error});
	}

	if (!stats.isFile()) {
		throw unreadable(file, 'it is no file');
	}

	checkSize(file, stats.size);
	try {
		return await fs.readFile(file, 'utf8');
	} catch (error) {
		throw unreadable(file, messageOf(error), error);
	}
};

/** Refuses keys that mean something to the language, and nesting that nobody writes. */
const checked = (file: DefinitionFile): DefinitionFile => {
	const problems = findForbidden(file.tree).map(({path: where, message, isKey}): Problem => ({
		path: formatPath(where), message, place: file.placeOf(where, {key: isKey}),
	}));
	if (problems.length > 0) {
		throw definitionError(problems);
	}

	return file;
};

/** The node at a path, or the last one on the way to it. */
const nodeAt = (document: Document, path: Path, wantsKey: boolean): unknown => {
	let node: unknown = document.contents;
	for (const [index, key] of path.entries()) {
		if (isMap(node) && wantsKey && index === path.length - 1) {
			const pair = node.items.find(({key: name}) => String(isScalar(name) ? name.value : name) === key);
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

/** The tokens of a text. It refuses nesting before the composer, which calls itself for every level, comes to it. */
function * tokensOf(file: string, text: string, lines: LineCounter): Generator<CST.Token> {
	const parser = new Parser(lines.addNewLine);
	lines.addNewLine(0);
	for (const lexeme of new Lexer().lex(text)) {
		const tokens = [...parser.next(lexeme)];
		// Each level that is open is one token on the stack, below all of which lies the document.
		if (parser.stack.length > maximumDepth + 2) {
			const {line, col} = lines.linePos(parser.offset);
			throw createError('DEFINITION_SYNTAX', {path: file, line, column: col, reason: `it is nested deeper than ${maximumDepth}`});
		}

		yield * tokens;
	}

	yield * parser.end();
}

/** Reads text as YAML; JSON is YAML. @throws DEFINITION_SYNTAX, DEFINITION_UNREADABLE, DEFINITION_INVALID */
export const readYaml = (file: string, text: string): DefinitionFile => {
	checkSize(file, Buffer.byteLength(text));
	const lines = new LineCounter();
	const [first, second] = new Composer({prettyErrors: false, logLevel: 'error'}).compose(tokensOf(file, text, lines), true, text.length);
	const document = first!; // Be it empty.
	// A tag that nobody knows is only a warning to the parser; here it would be dropped in silence.
	const [fault] = [...document.errors, ...document.warnings];
	const refuse = (offset: number, reason: string, cause?: unknown): never => {
		const {line, col} = lines.linePos(offset);
		throw createError('DEFINITION_SYNTAX', {path: file, line, column: col, reason}, {cause});
	};

	if (fault !== undefined) {
		refuse(fault.pos[0], fault.message);
	}

	if (second !== undefined) {
		refuse(second.range[0], secondDocument);
	}

	let tree: Tree;
	try {
		tree = document.toJS({maxAliasCount: 100}) as Tree;
	} catch (error) {
		const dangling = danglingAlias(document);
		if (dangling !== undefined) {
			return refuse(dangling.offset, `the alias *${dangling.name} stands for nothing: no &${dangling.name} comes before it`, error);
		}

		throw unreadable(file, 'its aliases stand for too much', error);
	}

	return checked({
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
	});
};

/** Takes a value in code as what its JSON says. @throws DEFINITION_UNREADABLE, DEFINITION_INVALID */
export const readValue = (file: string, value: unknown, text?: string): DefinitionFile => {
	let json: string;
	try {
		// What JSON has no words for, as a function, counts as nothing.
		json = JSON.stringify(value, undefined, 2) as string | undefined ?? 'null';
	} catch (error) {
		throw unreadable(file, messageOf(error), error);
	}

	return checked({path: file, text: text ?? json, tree: JSON.parse(json) as Tree, placeOf: () => ({origin: file})});
};

const readModule = async (file: string, text: string): Promise<DefinitionFile> => {
	let namespace: {readonly default?: unknown};
	try {
		namespace = await importModule(file) as typeof namespace;
	} catch (error) {
		throw unreadable(file, messageOf(error), error);
	}

	return readValue(file, namespace.default, text);
};

/** Reads one YAML, JSON, JavaScript or TypeScript file. @throws FILE_NOT_FOUND, DEFINITION_UNREADABLE, DEFINITION_SYNTAX, DEFINITION_INVALID */
export const readDefinitionFile = async (file: string): Promise<DefinitionFile> => {
	const absolute = path.resolve(file);
	const text = await readText(absolute);
	return /\.[cm]?[jt]s$/u.test(absolute) ? readModule(absolute, text) : readYaml(absolute, text);
};
