/** What an operator has done. */
export interface OperatorWork {
	readonly incoming: number;
	readonly outgoing: number;
	/** Of its own, without what comes after it; an estimate from a sample of the examples. */
	readonly seconds: number;
}

/** Shared words by which another thread sees which operator runs. */
export interface Stage {
	/** Marks an operator, or none, as running on a record; answers what ran before. */
	readonly enter: (position: number | undefined, record: number) => number;
	/** Counts an example that an operator let out. */
	readonly letOut: (position: number) => void;
	/** What each operator has done so far, by position. */
	readonly work: () => ReadonlyMap<number, OperatorWork>;
	/** Marks as running what `enter` answered. */
	readonly leave: (before: number) => void;
}

/** The words: position + 1 of the operator that runs or 0, the record that it was given, records given so far. */
const stageWords = {
	running: 0, record: 1, given: 2, words: 3,
} as const;

const none = 0;
const timedEvery = 16;

export const allocateStage = (): SharedArrayBuffer => new SharedArrayBuffer(stageWords.words * 4);

export const createStage = (memory: SharedArrayBuffer): Stage => {
	const words = new Int32Array(memory);
	const work = new Map<number, {incoming: number; outgoing: number; milliseconds: number}>();
	let entered = 0;
	let timed = 0;
	let depth = 0;
	let isTiming = false;
	let since = 0;

	const workOf = (position: number): {incoming: number; outgoing: number; milliseconds: number} => {
		let own = work.get(position);
		if (own === undefined) {
			own = {incoming: 0, outgoing: 0, milliseconds: 0};
			work.set(position, own);
		}

		return own;
	};

	/** Gives the time since the last change to whoever ran. */
	const charge = (running: number): void => {
		const now = performance.now();
		if (running !== none) {
			workOf(running - 1).milliseconds += now - since;
		}

		since = now;
	};

	return {
		enter(position, record) {
			const before = words[stageWords.running]!;
			if (depth++ === 0) {
				// Reading the clock for every example would cost as much as a small operator.
				isTiming = entered++ % timedEvery === 0;
				if (isTiming) {
					timed++;
					since = performance.now();
				}
			} else if (isTiming) {
				charge(before);
			}

			if (position !== undefined) {
				workOf(position).incoming++;
			}

			words[stageWords.running] = position === undefined ? none : position + 1;
			words[stageWords.record] = record;
			words[stageWords.given]!++;
			return before;
		},
		leave(before) {
			depth--;
			if (isTiming) {
				charge(words[stageWords.running]!);
			}

			words[stageWords.running] = before;
		},
		letOut(position) {
			workOf(position).outgoing++;
		},
		work: () => new Map([...work].map(([position, {incoming, outgoing, milliseconds}]) => [
			position, {incoming, outgoing, seconds: timed === 0 ? 0 : (milliseconds / 1000) * (entered / timed)},
		])),
	};
};

/** An operator of a run, and what it has done. */
export type NamedWork = OperatorWork & {
	readonly name: string;
	/** Whether it says that it gives the same for a record in every epoch. */
	readonly deterministic: boolean;
};

/** What each of some operators has done. */
export const workOf = (links: ReadonlyArray<{readonly step: {readonly name: string; readonly position: number; readonly deterministic: boolean}}>, stage: Stage): readonly NamedWork[] => {
	const work = stage.work();
	return links.map(({step: {name, position, deterministic}}) => ({name, deterministic, ...work.get(position) ?? {incoming: 0, outgoing: 0, seconds: 0}}));
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
