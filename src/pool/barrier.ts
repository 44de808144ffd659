/** Words that a barrier takes in a shared Int32Array. */
export const barrierWords = 2;

/** What meeting at the barrier came to. */
export type Meeting = 'met' | 'left' | 'late';

/** Rounds of looking before a worker goes to sleep; a phase often ends within a few microseconds of the others'. */
const spins = 20_000;
const sleepMs = 20;

// On its own: code that is compiled while it turns has never seen what comes after it, and would be thrown away there.
const turnsInTime = (words: Int32Array, index: number, current: number): boolean => {
	for (let spin = 0; spin < spins; spin++) {
		if (Atomics.load(words, index) !== current) {
			return true;
		}
	}

	return false;
};

/** A reusable barrier for threads over shared memory. */
export interface Barrier {
	/**
	 * Waits until every party has arrived. Gives `left` when `leave()` became true meanwhile and `late` after the
	 * deadline; the barrier is then not to be used again.
	 */
	readonly meet: (options: {readonly deadlineMs: number; readonly leave: () => boolean}) => Meeting;
}

/** Makes one party's handle of the barrier whose two words start at `offset`: arrivals and generation. */
export const createBarrier = (words: Int32Array, offset: number, parties: number): Barrier => {
	const arrivals = offset;
	const generation = offset + 1;
	return {
		meet({deadlineMs, leave}) {
			const current = Atomics.load(words, generation);
			if (Atomics.add(words, arrivals, 1) === parties - 1) {
				Atomics.store(words, arrivals, 0);
				Atomics.add(words, generation, 1);
				Atomics.notify(words, generation);
				return 'met';
			}

			if (turnsInTime(words, generation, current)) {
				return 'met';
			}

			const start = performance.now();
			for (;;) {
				Atomics.wait(words, generation, current, sleepMs);
				if (Atomics.load(words, generation) !== current) {
					return 'met';
				}

				if (leave()) {
					return 'left';
				}

				if (performance.now() - start > deadlineMs) {
					return 'late';
				}
			}
		},
	};
};
