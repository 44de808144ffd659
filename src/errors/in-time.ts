import {setTimeout} from 'node:timers/promises';
import {createError} from './threadloom-error.ts';

/** Waits for work, and not without end. @throws NO_PROGRESS */
export const inTime = async <T>(work: Promise<T>, {stage, state, deadlineMs}: {
	/** What is waited for, and who keeps it waiting. */
	readonly stage: string;
	readonly state: string;
	readonly deadlineMs: number;
}): Promise<T> => {
	const waiting = new AbortController();
	const late = async (): Promise<never> => {
		await setTimeout(deadlineMs, undefined, {signal: waiting.signal});
		throw createError('NO_PROGRESS', {stage, seconds: deadlineMs / 1000, state});
	};

	try {
		return await Promise.race([work, late()]);
	} finally {
		waiting.abort();
	}
};
