import {slotWords, type LaneMemory} from './ring.ts';

/** Which slot a batch lies in, and what its state word is before and after it is filled. */
export interface BatchPlace {
	readonly index: number;
	readonly stateWord: number;
	readonly countWord: number;
	/** The state word while the slot waits for this batch. */
	readonly empty: number;
	/** The state word while the slot holds this batch; one more, and it waits for a later one. */
	readonly filled: number;
}

/** Batches are numbered from 0 over all passes, marks of their ends included; slot n % slots holds batch n. */
export const placeOf = (batch: number, slots: number): BatchPlace => {
	const index = batch % slots;
	const round = Math.floor(batch / slots);
	const word = index * slotWords.words;
	return {
		index, stateWord: word + slotWords.state, countWord: word + slotWords.count, empty: round * 2, filled: (round * 2) + 1,
	};
};

/** Batches that the reader has released: each has counted its slot's state up by two. */
export const releasedBatches = (words: Int32Array, slots: number): number => {
	let released = 0;
	for (let index = 0; index < slots; index++) {
		released += Math.floor(Atomics.load(words, (index * slotWords.words) + slotWords.state) / 2);
	}

	return released;
};

/** The control words of a lane. */
export const wordsOf = ({control}: LaneMemory): Int32Array => new Int32Array(control);

const stateWords = ({slots}: LaneMemory): readonly number[] =>
	Array.from({length: slots}, (_, index) => (index * slotWords.words) + slotWords.state);

const isFilled = (state: number): boolean => state % 2 === 1;

/** Whether a batch waits to be read. */
export const hasFilledSlots = (lane: LaneMemory): boolean => {
	const words = wordsOf(lane);
	return stateWords(lane).some(word => isFilled(Atomics.load(words, word)));
};

/**
 * Takes back every batch that was filled but not released, after a pass that did not come to its end. The next batch
 * then follows the last one that was read.
 *
 * Nobody may be writing or reading the lane meanwhile.
 */
export const resetLane = (lane: LaneMemory): void => {
	const words = wordsOf(lane);
	for (const word of stateWords(lane)) {
		const state = Atomics.load(words, word);
		if (isFilled(state)) {
			Atomics.store(words, word, state - 1);
		}
	}
};
