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
