import {threefry2x32} from './threefry.ts';

/** A key of the counter-based generator: two 32-bit words. */
export interface Key {
	readonly k0: number;
	readonly k1: number;
}

const words = new Uint32Array(2);

/** Turns a seed, any integer up to 2^53, into a key. */
export const keyOf = (seed: number): Key => ({k0: seed >>> 0, k1: Math.floor(Math.abs(seed) / 0x1_00_00_00_00) >>> 0});

/** Derives a key for one purpose: equal paths give equal keys, different paths independent ones. */
export const derive = (key: Key, ...path: ReadonlyArray<number | string>): Key => {
	let {k0, k1} = key;
	for (const part of path) {
		const number = typeof part === 'string' ? hash(part) : part;
		threefry2x32(k0, k1, number >>> 0, Math.floor(number / 0x1_00_00_00_00) >>> 0, words);
		k0 = words[0]!;
		k1 = words[1]!;
	}

	return {k0, k1};
};

/** 32-bit FNV-1a of a name's UTF-16 code units. */
const hash = (text: string): number => {
	let value = 0x81_1C_9D_C5;
	for (let index = 0; index < text.length; index++) {
		value = Math.imul(value ^ text.charCodeAt(index), 0x01_00_01_93);
	}

	return value >>> 0;
};

/** A stateless source of random numbers: every method is a pure function of key and counter. */
export interface Random {
	readonly key: Key;
	/** 32 random bits as an unsigned integer. */
	readonly bits: (counter: number) => number;
	/** Uniform in [0, 1) with 32 bits. */
	readonly uniform: (counter: number) => number;
	/** Standard normal, by the Box-Muller transform. */
	readonly normal: (counter: number) => number;
	/** Uniform integer in [0, limit), `limit` at most 2^32. */
	readonly integer: (counter: number, limit: number) => number;
	/** A generator for another purpose. */
	readonly fork: (...path: ReadonlyArray<number | string>) => Random;
}

/** Makes the generator of a key. */
export const createRandom = (key: Key): Random => {
	const {k0, k1} = key;
	const draw = (counter: number): Uint32Array => {
		threefry2x32(k0, k1, counter >>> 0, Math.floor(counter / 0x1_00_00_00_00) >>> 0, words);
		return words;
	};

	const bits = (counter: number): number => draw(counter)[0]!;
	const uniform = (counter: number): number => bits(counter) / 0x1_00_00_00_00;
	return {
		key,
		bits,
		uniform,
		normal(counter) {
			const [a, b] = draw(counter);
			// The half keeps the logarithm's argument above 0.
			const radius = Math.sqrt(-2 * Math.log((a! + 0.5) / 0x1_00_00_00_00));
			return radius * Math.cos(2 * Math.PI * (b! / 0x1_00_00_00_00));
		},
		integer: (counter, limit) => Math.floor(uniform(counter) * limit),
		fork: (...path) => createRandom(derive(key, ...path)),
	};
};
