import {createError} from '../errors/threadloom-error.ts';
import type {BatchSlot} from '../tensor/slot.ts';
import {placeOf, wordsOf} from './lane-words.ts';
import {endOfPass, slotAt, type LaneMemory} from './ring.ts';
import {waitForChange} from './wait-for-change.ts';

/** `end`: the pass ended in place of this batch; the mark is released like a batch. */
export type WaitResult = 'filled' | 'end' | 'aborted' | 'timeout';

/** One side of a lane: batches are read in order, and each is released once by one thread. */
export interface LaneReader {
	/** Blocks the thread until a batch is there; for compute threads only. `isAborted` is asked before and after sleeping. */
	readonly wait: (batch: number, timeoutMs: number, isAborted: () => boolean) => WaitResult;
	/** Waits without blocking. @throws ABORTED or the signal's own reason */
	readonly waitAsync: (batch: number, options: {readonly signal: AbortSignal}) => Promise<'filled' | 'end'>;
	/** The views of a batch that is there. */
	readonly slot: (batch: number) => BatchSlot;
	/** Gives the slot back to the writer. */
	readonly release: (batch: number) => void;
}

/** Makes a reader of a lane. Any number of threads may read; they agree on who releases. */
export const laneReader = (lane: LaneMemory): LaneReader => {
	const words = wordsOf(lane);

	/** What the slot of a batch holds now, or the state word to wait on. */
	const look = (batch: number): 'filled' | 'end' | {readonly stateWord: number; readonly state: number} => {
		const {stateWord, countWord, filled} = placeOf(batch, lane.slots);
		const state = Atomics.load(words, stateWord);
		if (state > filled) {
			throw createError('INTERNAL', {reason: `batch ${batch} of the lane was released before it was read`});
		}

		if (state < filled) {
			return {stateWord, state};
		}

		return Atomics.load(words, countWord) === endOfPass ? 'end' : 'filled';
	};

	return {
		wait(batch, timeoutMs, isAborted) {
			const deadline = performance.now() + timeoutMs;
			for (;;) {
				if (isAborted()) {
					return 'aborted';
				}

				const seen = look(batch);
				if (typeof seen === 'string') {
					return seen;
				}

				const left = deadline - performance.now();
				if (left <= 0) {
					return 'timeout';
				}

				Atomics.wait(words, seen.stateWord, seen.state, left);
			}
		},
		async waitAsync(batch, options) {
			for (;;) {
				const seen = look(batch);
				if (typeof seen === 'string') {
					return seen;
				}

				await waitForChange(words, seen.stateWord, seen.state, options);
			}
		},
		slot: batch => slotAt(lane, placeOf(batch, lane.slots).index),
		release(batch) {
			const {stateWord, filled} = placeOf(batch, lane.slots);
			if (Atomics.compareExchange(words, stateWord, filled, filled + 1) !== filled) {
				throw createError('INTERNAL', {reason: `batch ${batch} of the lane was released twice or never filled`});
			}

			Atomics.notify(words, stateWord);
		},
	};
};
