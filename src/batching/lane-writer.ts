import type {BatchSlot} from '../tensor/slot.ts';
import {
	hasFilledSlots, placeOf, releasedBatches, wordsOf,
} from './lane-words.ts';
import {endOfPass, slotAt, type LaneMemory} from './ring.ts';
import {waitForChange} from './wait-for-change.ts';

/** What a slot still holds from an earlier pass, by the name its writer gave it. */
export interface SlotContent {
	readonly name: string;
	readonly count: number;
}

/** A slot that nobody reads: it belongs to the writer until it is committed. */
export type ReservedSlot = {
	readonly batch: number;
	/** Rows that may hold something from before; those after it are zeros. */
	readonly used: number;
	/** Hands the slot to the reader. With a name, its content can be announced again without writing it. */
	readonly commit: (count: number, options?: {readonly name?: string}) => void;
} & Omit<BatchSlot, 'count'>;

/** The other side of a lane. There is one writer, and it fills slots in order. */
export interface LaneWriter {
	readonly lane: LaneMemory;
	/** The next slot if it is empty. */
	readonly tryReserve: () => ReservedSlot | undefined;
	/** The next slot, where it is empty, or once half of all are. @throws ABORTED or the signal's own reason */
	readonly reserve: (options: {readonly signal: AbortSignal}) => Promise<ReservedSlot>;
	/** What the next slot holds from its last use. */
	readonly content: () => SlotContent | undefined;
	/** Marks the end of a pass in the next slot and leaves its content as it is. @throws ABORTED or the signal's own reason */
	readonly end: (options: {readonly signal: AbortSignal}) => Promise<void>;
	/** Goes on behind the last batch that was read, where none waits to be read; else it changes nothing and answers false. */
	readonly resume: () => boolean;
}

/** Makes the writer of a lane. */
export const laneWriter = (lane: LaneMemory): LaneWriter => {
	const words = wordsOf(lane);
	const slots = Array.from({length: lane.slots}, (_, index) => slotAt(lane, index));
	const contents: Array<SlotContent | undefined> = slots.map(() => undefined);
	const used = slots.map(() => 0);
	let next = releasedBatches(words, lane.slots);

	const hand = (count: number): void => {
		const {stateWord, countWord, filled} = placeOf(next, lane.slots);
		Atomics.store(words, countWord, count);
		Atomics.store(words, stateWord, filled);
		Atomics.notify(words, stateWord);
		next++;
	};

	const reserved = (): ReservedSlot => {
		const {index} = placeOf(next, lane.slots);
		const {features, labels, weights, records} = slots[index]!;
		return {
			features,
			labels,
			weights,
			records,
			batch: next,
			used: used[index]!,
			commit(count, {name} = {}) {
				contents[index] = name === undefined ? undefined : {name, count};
				used[index] = count;
				hand(count);
			},
		};
	};

	const isEmpty = (): boolean => {
		const {stateWord, empty} = placeOf(next, lane.slots);
		return Atomics.load(words, stateWord) === empty;
	};

	/** Waits until so many of the next slots are empty, which are given back in order. */
	const untilEmpty = async (count: number, {signal}: {readonly signal: AbortSignal}): Promise<void> => {
		if (!isEmpty()) {
			const {stateWord, empty} = placeOf(next + count - 1, lane.slots);
			await waitForChange(words, stateWord, empty - 1, {signal});
		}
	};

	return {
		lane,
		tryReserve: () => (isEmpty() ? reserved() : undefined),
		async reserve(options) {
			// To be woken for every single slot is to take the processor from those that read them.
			await untilEmpty(Math.max(1, Math.floor(lane.slots / 2)), options);
			return reserved();
		},
		content: () => contents[placeOf(next, lane.slots).index],
		async end(options) {
			await untilEmpty(1, options);
			hand(endOfPass);
		},
		resume() {
			if (hasFilledSlots(lane)) {
				return false;
			}

			next = releasedBatches(words, lane.slots);
			return true;
		},
	};
};
