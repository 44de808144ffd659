import {even, threefry} from './threefry';

/** Writes the first words of the counters (`first`, 0), (`first` + 1, 0), …: 32 random bits each. `count` is a multiple of 4. */
export function randomBits(k0: i32, k1: i32, first: i32, count: i32, out: usize): void {
	const key0 = i32x4.splat(k0);
	const key1 = i32x4.splat(k1);
	const key2 = i32x4.splat(0x1bd11bda ^ k0 ^ k1);
	let counter = i32x4.add(i32x4.splat(first), i32x4(0, 1, 2, 3));
	for (let element = 0; element < count; element += 4) {
		threefry(key0, key1, key2, counter, i32x4.splat(0));
		v128.store(out, even);
		out += 16;
		counter = i32x4.add(counter, i32x4.splat(4));
	}
}
