import {even, odd, threefry} from './threefry';

/**
 * Writes the dropout mask of consecutive rows, [rows, size]: 0 where 32 random bits are below `threshold`, else `keep`.
 *
 * The bits are Threefry-2x32's (20 rounds) under the key (`k0`, `k1`): word e mod 2 of the counter (⌊e / 2⌋, row) for
 * element e. `size` is a multiple of 8.
 */
export function dropoutMask(k0: i32, k1: i32, firstRow: i32, rows: i32, size: i32, threshold: u32, keep: f32, out: usize): void {
	const key0 = i32x4.splat(k0);
	const key1 = i32x4.splat(k1);
	const key2 = i32x4.splat(0x1bd11bda ^ k0 ^ k1);
	const thresholds = i32x4.splat(threshold);
	const keeps = f32x4.splat(keep);
	for (let row = 0; row < rows; row++) {
		let counter = i32x4(0, 1, 2, 3);
		const rowWord = i32x4.splat(firstRow + row);
		for (let element = 0; element < size; element += 8) {
			threefry(key0, key1, key2, counter, rowWord);
			const evens = v128.and(i32x4.ge_u(even, thresholds), keeps);
			const odds = v128.and(i32x4.ge_u(odd, thresholds), keeps);
			v128.store(out, i8x16.shuffle(evens, odds, 0, 1, 2, 3, 16, 17, 18, 19, 4, 5, 6, 7, 20, 21, 22, 23));
			v128.store(out, i8x16.shuffle(evens, odds, 8, 9, 10, 11, 24, 25, 26, 27, 12, 13, 14, 15, 28, 29, 30, 31), 16);
			out += 32;
			counter = i32x4.add(counter, i32x4.splat(4));
		}
	}
}
