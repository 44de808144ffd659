import {even, threefry} from './threefry';

/** (2 · bits / 2³² − 1) · limit of two integers. */
// @ts-ignore: AssemblyScript has decorators of functions, TypeScript has not
@inline
function centred(bits: v128, limit: v128): v128 {
	const doubled = f64x2.mul(f64x2.convert_low_i32x4_u(bits), f64x2.splat(2.0 ** -31));
	return f64x2.mul(f64x2.sub(doubled, f64x2.splat(1)), limit);
}

/**
 * Writes (2 · bits / 2³² − 1) · limit of the first words of the counters (`first`, 0), (`first` + 1, 0), …, computed in
 * float64 and rounded once. `count` is a multiple of 4.
 */
export function randomUniform(k0: i32, k1: i32, first: i32, count: i32, limit: f64, out: usize): void {
	const key0 = i32x4.splat(k0);
	const key1 = i32x4.splat(k1);
	const key2 = i32x4.splat(0x1bd11bda ^ k0 ^ k1);
	const limits = f64x2.splat(limit);
	let counter = i32x4.add(i32x4.splat(first), i32x4(0, 1, 2, 3));
	for (let element = 0; element < count; element += 4) {
		threefry(key0, key1, key2, counter, i32x4.splat(0));
		const low = f32x4.demote_f64x2_zero(centred(even, limits));
		const high = f32x4.demote_f64x2_zero(centred(i8x16.shuffle(even, even, 8, 9, 10, 11, 12, 13, 14, 15, 8, 9, 10, 11, 12, 13, 14, 15), limits));
		v128.store(out, i8x16.shuffle(low, high, 0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23));
		out += 16;
		counter = i32x4.add(counter, i32x4.splat(4));
	}
}
