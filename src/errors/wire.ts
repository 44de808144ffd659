import {catalogue, type ErrorCode} from './catalogue.ts';
import type {Details} from './entry.ts';
import {hasCode, messageOf} from './thrown.ts';
import {createError, ThreadloomError} from './threadloom-error.ts';

/** An error as a plain object, for the way across threads and into JSON. */
export interface WireError {
	readonly code: ErrorCode;
	readonly message: string;
	readonly hint: string | undefined;
	readonly exitCode: number;
	readonly details: Details;
	readonly stack: string | undefined;
	readonly cause: WireError | undefined;
}

/** What a task in a worker answers: it never throws across the thread. */
export type Outcome<T> = {readonly ok: true; readonly value: T} | {readonly ok: false; readonly error: WireError};

/** What the system said when it gave no more of something, if that is behind a failure, whatever was made of it. */
const refusalIn = (thrown: unknown): ThreadloomError | undefined => {
	if (!(thrown instanceof Error)) {
		return undefined;
	}

	if (hasCode(thrown, 'EMFILE') || hasCode(thrown, 'ENFILE')) {
		return createError('FILES_REFUSED', {reason: messageOf(thrown)});
	}

	return hasCode(thrown, 'ERR_WORKER_INIT_FAILED') ? createError('THREADS_REFUSED', {reason: messageOf(thrown)}) : refusalIn(thrown.cause);
};

/** Turns any thrown value into an error with a code; what has none becomes `INTERNAL`. */
export const asThreadloomError = (thrown: unknown): ThreadloomError => {
	const refusal = refusalIn(thrown);
	if (refusal !== undefined) {
		return refusal;
	}

	if (thrown instanceof ThreadloomError) {
		return thrown;
	}

	return createError('INTERNAL', {reason: messageOf(thrown)}, {cause: thrown});
};

/** Turns any thrown value into its wire form. Details must be cloneable. */
export const toWire = (thrown: unknown): WireError => {
	const error = asThreadloomError(thrown);
	const {cause} = error;
	return {
		code: error.code,
		message: error.message,
		hint: error.hint,
		exitCode: error.exitCode,
		details: error.details,
		stack: cause instanceof Error && error.code === 'INTERNAL' ? cause.stack : error.stack,
		cause: cause === undefined || error.code === 'INTERNAL' ? undefined : toWire(cause),
	};
};

/** Turns a wire form back into the error it was, its stack included. */
export const fromWire = (wire: WireError): ThreadloomError => {
	const error = new ThreadloomError(wire.code in catalogue ? wire.code : 'INTERNAL', wire.message, {
		details: wire.details,
		hint: wire.hint,
		exitCode: wire.exitCode,
		cause: wire.cause && fromWire(wire.cause),
	});
	if (wire.stack !== undefined) {
		error.stack = wire.stack;
	}

	return error;
};
