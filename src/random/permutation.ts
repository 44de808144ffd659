import {derive, type Key} from './generator.ts';
import {threefry2x32} from './threefry.ts';

/** A permutation of 0 … length − 1 in memory that grows with the root of its length. */
export interface Permutation {
	readonly length: number;
	/** The element at a position. */
	readonly at: (position: number) => number;
	/** The position of an element. */
	readonly indexOf: (element: number) => number;
}

const rounds = 6;

/**
 * Makes a keyed pseudo-random permutation of 0 … length − 1: a balanced Feistel network over the next even number of
 * bits, walked until it lands inside the range.
 *
 * Source: J. Black and P. Rogaway, "Ciphers with arbitrary finite domains", CT-RSA 2002.
 */
export const createPermutation = (key: Key, length: number): Permutation => {
	let half = 1;
	while (4 ** half < length) {
		half++;
	}

	const base = 2 ** half;
	const {k0, k1} = derive(key, 'permutation');
	const words = new Uint32Array(2);
	// The round functions as a table: a half takes few values, each of them again and again.
	const mixed = new Uint32Array(rounds * base);
	for (let round = 0; round < rounds; round++) {
		for (let value = 0; value < base; value++) {
			threefry2x32(k0, k1, value, round, words);
			mixed[round * base + value] = words[0]! % base;
		}
	}

	const forward = (value: number): number => {
		let left = Math.floor(value / base);
		let right = value % base;
		for (let round = 0; round < rounds; round++) {
			const next = (left ^ mixed[round * base + right]!) >>> 0;
			left = right;
			right = next;
		}

		return left * base + right;
	};

	const backward = (value: number): number => {
		let left = Math.floor(value / base);
		let right = value % base;
		for (let round = rounds - 1; round >= 0; round--) {
			const next = (right ^ mixed[round * base + left]!) >>> 0;
			right = left;
			left = next;
		}

		return left * base + right;
	};

	const walk = (step: (value: number) => number) => (start: number): number => {
		let value = step(start);
		while (value >= length) {
			value = step(value);
		}

		return value;
	};

	return {length, at: walk(forward), indexOf: walk(backward)};
};
