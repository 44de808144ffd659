import {isCollection, parseDocument} from 'yaml';
import {messageOf} from '../errors/thrown.ts';
import {createError} from '../errors/threadloom-error.ts';
import {findForbidden, isReserved, parsePath, type Path, type Tree} from './tree.ts';
import {reasonOf} from './yaml-faults.ts';

/** A flag that stands for one value of the definition. */
export interface FlagOverride {
	/** As it is written: `--epochs`. */
	readonly flag: string;
	/** Of the value: `training.epochs`. */
	readonly path: string;
	readonly value: string | number | boolean;
}

/** Changes to a definition from outside its files, weakest first: profile, environment, `sets`, `flags`, `unsets`. */
export interface Overrides {
	readonly profile?: string | undefined;
	/** Variables such as THREADLOOM_TRAINING__EPOCHS=5, and what `${env:NAME}` takes. @default {} */
	readonly environment?: Readonly<Record<string, string | undefined>> | undefined;
	/** `path=value`, the value as a scalar or an inline collection of YAML. @default [] */
	readonly sets?: readonly string[] | undefined;
	/** @default [] */
	readonly flags?: readonly FlagOverride[] | undefined;
	/** Paths to remove. @default [] */
	readonly unsets?: readonly string[] | undefined;
}

/** One change, with what made it. */
export interface Change {
	readonly origin: string;
	readonly path: Path;
	/** Nothing removes what is there. */
	readonly value: Tree | undefined;
}

const prefix = 'THREADLOOM_';

const readPath = (text: string, origin: string): Path => {
	const path = parsePath(text.trim());
	if (path === undefined || path.some(key => isReserved(key))) {
		throw createError('OVERRIDE_INVALID', {flag: origin, value: text, reason: path === undefined ? `"${text}" is no path` : `the path "${text}" holds a reserved key`});
	}

	return path;
};

/** Reads a scalar or an inline collection; quotes force a string, and so does what only whole lines of YAML could mean. */
const readValue = (text: string, origin: string): Tree => {
	const refuse = (reason: string, cause?: unknown): never => {
		throw createError('OVERRIDE_INVALID', {flag: origin, value: text, reason}, {cause});
	};

	const document = parseDocument(text, {prettyErrors: false, logLevel: 'error'});
	const [fault] = [...document.errors, ...document.warnings];
	if (fault !== undefined) {
		return refuse(reasonOf(fault));
	}

	if (isCollection(document.contents) && document.contents.flow !== true) {
		return text.trim();
	}

	let value: Tree;
	try {
		value = document.toJS({maxAliasCount: 0}) as Tree;
	} catch (error) {
		return refuse(messageOf(error), error);
	}

	const [forbidden] = findForbidden(value);
	return forbidden === undefined ? value : refuse(forbidden.message);
};

/** The path that a variable's name says: double underscores part the keys, single ones stand before capitals. */
const pathOfVariable = (name: string): Path =>
	name.slice(prefix.length).split('__').map(key => key.toLowerCase().replaceAll(/_(?<letter>[a-z])/gu, (_, letter: string) => letter.toUpperCase()));

/** All changes from outside the files, in the order in which they are made. @throws OVERRIDE_INVALID */
export const changesOf = ({environment = {}, sets = [], flags = [], unsets = []}: Overrides): readonly Change[] => [
	...Object.entries(environment)
		.filter((entry): entry is [string, string] => entry[0].startsWith(prefix) && entry[0].slice(prefix.length).includes('__') && entry[1] !== undefined)
		.map(([name, value]) => ({origin: name, path: readPath(pathOfVariable(name).join('.'), name), value: readValue(value, name)})),
	...sets.map(set => {
		// An equals sign inside quotes belongs to the name of a module.
		const {path, value} = /^(?<path>(?:"[^"]*"|'[^']*'|[^='"])*)=(?<value>.*)$/su.exec(set)?.groups ?? {};
		if (path === undefined || value === undefined) {
			throw createError('OVERRIDE_INVALID', {flag: '--set', value: set, reason: 'it needs a path and a value'});
		}

		return {origin: '--set', path: readPath(path, '--set'), value: readValue(value, '--set')};
	}),
	...flags.map(({flag, path, value}) => ({origin: flag, path: readPath(path, flag), value})),
	...unsets.map(path => ({origin: '--unset', path: readPath(path, '--unset'), value: undefined})),
];
