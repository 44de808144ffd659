import {createRandom, derive, keyOf} from '../random/generator.ts';
import {createPermutation} from '../random/permutation.ts';
import type {Shuffle} from './schema.ts';
import {createShuffleWindow} from './shuffle-window.ts';

/** Positions 0 … length − 1 in the order of one pass. */
export interface Order {
	readonly length: number;
	/** The next position, or −1 after the last. */
	readonly next: () => number;
	/** Leaves out so many positions. */
	readonly skip: (count: number) => void;
}

export interface OrderOptions {
	readonly shuffle: Shuffle;
	readonly length: number;
	readonly seed: number;
	/** From 1. */
	readonly epoch: number;
}

/** The window of a windowed shuffle of one epoch. */
export const windowOf = <T>({size, seed, epoch}: {readonly size: number; readonly seed: number; readonly epoch: number}): ReturnType<typeof createShuffleWindow<T>> =>
	createShuffleWindow<T>({size, random: createRandom(derive(keyOf(seed), 'shuffle window', epoch))});

/** The order of one pass: a pure function of its options. */
export const createOrder = (options: OrderOptions, {limit}: {/** Positions that are served at most. @default all */ readonly limit?: number | undefined} = {}): Order => {
	const order = wholeOrder(options);
	if (limit === undefined || limit >= order.length) {
		return order;
	}

	let served = 0;
	return {
		length: limit,
		next: () => (served++ < limit ? order.next() : -1),
		skip(count) {
			served += count;
			order.skip(count);
		},
	};
};

const wholeOrder = ({shuffle, length, seed, epoch}: OrderOptions): Order => {
	let position = 0;
	const skip = (count: number): void => {
		position += count;
	};

	if (shuffle === 'none') {
		return {length, next: () => (position < length ? position++ : -1), skip};
	}

	if (shuffle === 'global') {
		const permutation = createPermutation(derive(keyOf(seed), 'shuffle', epoch), length);
		return {length, next: () => (position < length ? permutation.at(position++) : -1), skip};
	}

	const window = windowOf<number>({size: shuffle.window, seed, epoch});
	const next = (): number => {
		while (position < length) {
			const out = window.push(position++);
			if (out !== undefined) {
				return out;
			}
		}

		return window.pop() ?? -1;
	};

	return {
		length,
		next,
		skip(count) {
			for (let left = count; left > 0; left--) {
				next();
			}
		},
	};
};
