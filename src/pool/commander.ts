import {createFailure} from '../errors/failure.ts';
import {createError} from '../errors/threadloom-error.ts';
import {describeWorkers} from './describe-workers.ts';
import {commands, word, type CommandName, type Control} from './control.ts';

/** Issues commands to the workers from the main thread and waits for them without blocking it. */
export interface Commander {
	/** Resolves when every worker has opened its executor. */
	readonly ready: () => Promise<void>;
	/** Starts a command; its arguments were written before. Resolves when every worker has finished it. */
	readonly issue: (command: CommandName) => Promise<void>;
	/** Resolves when the workers have made more than `seen` steps or batches of the command; false when all have finished it. */
	readonly progressBeyond: (seen: number) => Promise<boolean>;
	/** Tells everybody to leave, because a worker is lost. */
	readonly fail: (error: unknown) => void;
	/** Never resolves; rejects when a worker is lost or nothing moves. */
	readonly failed: Promise<never>;
	readonly dispose: () => void;
}

const watchMs = 1000;

/** Makes the main thread's end of a control block. */
export const createCommander = ({words}: Control, {workers, deadlineMs}: {readonly workers: number; readonly deadlineMs: number}): Commander => {
	const {failed, fail: reject} = createFailure();
	const fail = (error: unknown): void => {
		Atomics.store(words, word.failed, 1);
		Atomics.notify(words, word.sequence);
		reject(error);
	};

	// Also keeps the event loop alive: a pending Atomics.waitAsync alone does not.
	let isBusy = true;
	let pulse = -1;
	let lastMove = performance.now();
	const watch = setInterval(() => {
		const now = Atomics.load(words, word.pulse);
		if (!isBusy || now !== pulse) {
			pulse = now;
			lastMove = performance.now();
		} else if (performance.now() - lastMove > deadlineMs) {
			fail(createError('NO_PROGRESS', {
				stage: Atomics.load(words, word.waiting) === 1 ? 'stream' : 'workers',
				seconds: deadlineMs / 1000,
				state: describeWorkers(words, workers),
			}));
		}
	}, watchMs);

	/** Waits for news until a condition holds. */
	const until = async (isMet: () => boolean): Promise<void> => {
		for (;;) {
			const news = Atomics.load(words, word.news);
			if (isMet()) {
				return;
			}

			const waiting = Atomics.waitAsync(words, word.news, news, watchMs);
			await Promise.race([waiting.value, failed]);
		}
	};

	const isFinished = (): boolean => Atomics.load(words, word.finished) >= workers;

	return {
		async ready() {
			await until(() => Atomics.load(words, word.ready) >= workers);
			isBusy = false;
		},
		async issue(command) {
			Atomics.store(words, word.finished, 0);
			Atomics.store(words, word.progress, 0);
			// A worker that still waits for a batch leaves for good.
			Atomics.store(words, word.stop, command === 'stop' ? 1 : 0);
			Atomics.store(words, word.command, commands[command]);
			lastMove = performance.now();
			isBusy = true;
			Atomics.add(words, word.sequence, 1);
			Atomics.notify(words, word.sequence);
			if (command === 'stop') {
				return;
			}

			await until(isFinished);
			isBusy = false;
			if (Atomics.load(words, word.failed) !== 0) {
				await failed;
			}
		},
		async progressBeyond(seen) {
			await until(() => Atomics.load(words, word.progress) > seen || isFinished());
			return !isFinished();
		},
		fail,
		failed,
		dispose() {
			clearInterval(watch);
		},
	};
};
