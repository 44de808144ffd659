import {createError, type ThreadloomError} from '../errors/threadloom-error.ts';

/** Where a value was written. */
export interface Place {
	/** A file, a flag, or the name of an environment variable. */
	readonly origin: string;
	/** From 1; only in files that have lines. */
	readonly line?: number;
	readonly column?: number;
}

/** One fault of a definition. */
export interface Problem {
	readonly path: string;
	/** What was expected, and what was received. */
	readonly message: string;
	readonly place: Place;
	/** The name that was probably meant. */
	readonly nearest?: string;
}

/** `file:line:column`, or what else a value comes from. */
export const formatPlace = ({origin, line, column}: Place): string => (line === undefined ? origin : `${origin}:${line}:${column}`);

/** One line for one problem: place, path, what is wrong and what was probably meant. */
export const formatProblem = ({path, message, place, nearest: name}: Problem): string =>
	`${formatPlace(place)}: ${path === '' ? '' : `${path}: `}${message}${name === undefined ? '' : ` (did you mean "${name}"?)`}`;

/** All faults of a definition as one error. */
export const definitionError = (problems: readonly Problem[]): ThreadloomError =>
	createError('DEFINITION_INVALID', {problems: problems.map(problem => formatProblem(problem)), items: problems});
