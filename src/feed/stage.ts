/** Shared words by which another thread sees which operator runs. */
export interface Stage {
	/** Marks an operator, or none, as running on a record; answers what ran before. */
	readonly enter: (position: number | undefined, record: number) => number;
	/** Marks as running what `enter` answered. */
	readonly leave: (before: number) => void;
}

/** The words: position + 1 of the operator that runs or 0, the record that it was given, records given so far. */
export const stageWords = {
	running: 0, record: 1, given: 2, words: 3,
} as const;

const none = 0;

export const allocateStage = (): SharedArrayBuffer => new SharedArrayBuffer(stageWords.words * 4);

export const createStage = (memory: SharedArrayBuffer): Stage => {
	const words = new Int32Array(memory);
	return {
		enter(position, record) {
			const before = words[stageWords.running]!;
			words[stageWords.running] = position === undefined ? none : position + 1;
			words[stageWords.record] = record;
			words[stageWords.given]!++;
			return before;
		},
		leave(before) {
			words[stageWords.running] = before;
		},
	};
};

/** What another thread sees. */
export const lookAtStage = (memory: SharedArrayBuffer): {readonly position: number | undefined; readonly record: number; readonly given: number} => {
	const words = new Int32Array(memory);
	const running = Atomics.load(words, stageWords.running);
	return {
		position: running === none ? undefined : running - 1,
		record: Atomics.load(words, stageWords.record),
		given: Atomics.load(words, stageWords.given),
	};
};
