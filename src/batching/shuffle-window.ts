import type {Random} from '../random/generator.ts';

/** A window of items out of which a random one leaves whenever another one comes. */
export interface ShuffleWindow<T> {
	/** Takes an item in, and lets one out once the window is full. */
	readonly push: (item: T) => T | undefined;
	/** Lets a random one out after the last has come; undefined when the window is empty. */
	readonly pop: () => T | undefined;
	readonly held: () => number;
}

/** Makes a window; which item leaves depends only on the generator and on the order of arrival. */
export const createShuffleWindow = <T>({size, random}: {readonly size: number; readonly random: Random}): ShuffleWindow<T> => {
	const items: T[] = [];
	let draws = 0;
	return {
		push(item) {
			if (items.length < size) {
				items.push(item);
				return undefined;
			}

			const index = random.integer(draws++, size);
			const out = items[index]!;
			items[index] = item;
			return out;
		},
		pop() {
			const last = items.pop();
			if (last === undefined || items.length === 0) {
				return last;
			}

			const index = random.integer(draws++, items.length + 1);
			if (index === items.length) {
				return last;
			}

			const out = items[index]!;
			items[index] = last;
			return out;
		},
		held: () => items.length,
	};
};
