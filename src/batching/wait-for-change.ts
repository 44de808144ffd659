import {raceAbort} from './abort-race.ts';

const roundMs = 1000;

/**
 * Waits until a word of shared memory is no longer `value`, without blocking the thread.
 *
 * @throws ABORTED or the signal's own reason
 */
export const waitForChange = async (words: Int32Array, index: number, value: number, {signal}: {readonly signal: AbortSignal}): Promise<void> => {
	const {aborted, stop} = raceAbort(signal);
	// An asynchronous wait alone does not keep a thread alive.
	const timer = setInterval(() => undefined, roundMs);
	try {
		while (Atomics.load(words, index) === value) {
			const waiting = Atomics.waitAsync(words, index, value, roundMs);
			if (waiting.async) {
				await Promise.race([waiting.value, aborted]);
			}
		}
	} finally {
		clearInterval(timer);
		stop();
	}
};
