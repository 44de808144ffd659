import {abortError, throwIfAborted} from '../stream/abort.ts';

const roundMs = 1000;

/**
 * Waits until a word of shared memory is no longer `value`, without blocking the thread.
 *
 * @throws ABORTED or the signal's own reason
 */
export const waitForChange = async (words: Int32Array, index: number, value: number, {signal}: {readonly signal: AbortSignal}): Promise<void> => {
	throwIfAborted(signal);
	let onAbort: (() => void) | undefined;
	const aborted = new Promise<never>((_, reject) => {
		onAbort = () => {
			reject(abortError(signal));
		};

		signal.addEventListener('abort', onAbort, {once: true});
	});
	aborted.catch(() => {}); // eslint-disable-line promise/prefer-await-to-then -- it may reject when nobody races it any more
	// An asynchronous wait alone does not keep a thread alive.
	const timer = setInterval(() => {}, roundMs);
	try {
		while (Atomics.load(words, index) === value) {
			const waiting = Atomics.waitAsync(words, index, value, roundMs);
			if (waiting.async) {
				await Promise.race([waiting.value, aborted]); // eslint-disable-line no-await-in-loop -- waiting is what it does
			}
		}
	} finally {
		clearInterval(timer);
		signal.removeEventListener('abort', onAbort!);
	}
};
