import {catalogue, type DetailsOf, type ErrorCode} from './catalogue.ts';
import type {Details} from './entry.ts';
import {exitCodes} from './exit-codes.ts';
import {visibleFacts} from './visible.ts';

const brand = Symbol.for('threadloom.error');

/**
 * A failure with a stable code, the facts of its place and what a person can do about it.
 *
 * `instanceof` recognises those of another copy of the package, too: an operator module may have its own.
 */
export class ThreadloomError extends Error {
	static override [Symbol.hasInstance](value: unknown): boolean {
		return typeof value === 'object' && value !== null && brand in value;
	}

	/** On the prototype, so that nobody sees it who prints an error. */
	get [brand](): true {
		return true;
	}

	override readonly name = 'ThreadloomError';
	readonly code: ErrorCode;
	readonly details: Details;
	readonly hint: string | undefined;
	readonly exitCode: number;

	constructor(code: ErrorCode, message: string, {details, hint, exitCode, cause}: {
		readonly details: Details;
		readonly hint: string | undefined;
		readonly exitCode: number;
		readonly cause?: unknown;
	}) {
		super(message, cause === undefined ? undefined : {cause});
		this.code = code;
		this.details = details;
		this.hint = hint;
		this.exitCode = exitCode;
	}
}

/** Makes the error of one code from the facts that its sentence needs. */
export const createError = <C extends ErrorCode>(
	code: C,
	details: DetailsOf<C>,
	{cause}: {readonly cause?: unknown} = {},
): ThreadloomError => {
	// The catalogue pairs each code with the details of its own sentence; a union of functions cannot say so.
	const {exit, message, hint} = catalogue[code] as {
		exit: keyof typeof exitCodes;
		message: (d: Details) => string;
		hint: ((d: Details) => string) | undefined;
	};
	const shown: Details = visibleFacts(details);
	return new ThreadloomError(code, message(shown), {
		details: details as Details,
		hint: hint?.(shown),
		exitCode: exitCodes[exit],
		cause,
	});
};
