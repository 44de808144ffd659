import {abortError, throwIfAborted} from '../stream/abort.ts';

/** An abort as a promise that loses or wins races. */
export interface AbortRace {
	/** Rejects when the signal aborts. */
	readonly aborted: Promise<never>;
	/** Stops listening. */
	readonly stop: () => void;
}

/** Listens to a signal until `stop`. @throws ABORTED or the signal's own reason, at once when it is aborted already */
export const raceAbort = (signal: AbortSignal): AbortRace => {
	throwIfAborted(signal);
	let onAbort: (() => void) | undefined;
	const aborted = new Promise<never>((_resolve, reject) => {
		onAbort = () => {
			reject(abortError(signal));
		};

		signal.addEventListener('abort', onAbort, {once: true});
	});
	// It may reject when nobody races it any more.
	aborted.catch(() => undefined);
	return {
		aborted,
		stop() {
			signal.removeEventListener('abort', onAbort!);
		},
	};
};

/** Waits for work that others wait for too, but no longer than until an abort. */
export const unlessAborted = async <T>(work: Promise<T>, signal: AbortSignal): Promise<T> => {
	const {aborted, stop} = raceAbort(signal);
	try {
		return await Promise.race([work, aborted]);
	} finally {
		stop();
	}
};
