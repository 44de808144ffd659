import {messageOf} from '../errors/thrown.ts';
import {createError, ThreadloomError} from '../errors/threadloom-error.ts';

/** The error that an aborted wait ends with: the signal's own reason where it has a code, else ABORTED. */
export const abortError = (signal: AbortSignal): ThreadloomError => {
	const reason = signal.reason as unknown;
	return reason instanceof ThreadloomError
		? reason
		: createError('ABORTED', {reason: messageOf(reason)}, {cause: reason});
};

/** @throws the error of an aborted signal */
export const throwIfAborted = (signal: AbortSignal): void => {
	if (signal.aborted) {
		throw abortError(signal);
	}
};
