/** The words of four counters, as the last call of `threefry` left them: a function gives back one value. */
export let even: v128 = i32x4.splat(0);
export let odd: v128 = i32x4.splat(0);

// @ts-ignore: AssemblyScript has decorators of functions, TypeScript has not
@inline
function rotate(x: v128, bits: i32): v128 {
	return v128.or(i32x4.shl(x, bits), i32x4.shr_u(x, 32 - bits));
}

/**
 * Threefry-2x32 (20 rounds) of four counters, (`x`, `y`), under a key; `k2` is the parity word with both others.
 *
 * The rounds are written out: functions of their own could share two words only in memory, which is far slower.
 */
// @ts-ignore: AssemblyScript has decorators of functions, TypeScript has not
@inline
export function threefry(k0: v128, k1: v128, k2: v128, x: v128, y: v128): void {
	x = i32x4.add(x, k0);
	y = i32x4.add(y, k1);
	x = i32x4.add(x, y);
	y = v128.xor(rotate(y, 13), x);
	x = i32x4.add(x, y);
	y = v128.xor(rotate(y, 15), x);
	x = i32x4.add(x, y);
	y = v128.xor(rotate(y, 26), x);
	x = i32x4.add(x, y);
	y = v128.xor(rotate(y, 6), x);
	x = i32x4.add(x, k1);
	y = i32x4.add(y, i32x4.add(k2, i32x4.splat(1)));
	x = i32x4.add(x, y);
	y = v128.xor(rotate(y, 17), x);
	x = i32x4.add(x, y);
	y = v128.xor(rotate(y, 29), x);
	x = i32x4.add(x, y);
	y = v128.xor(rotate(y, 16), x);
	x = i32x4.add(x, y);
	y = v128.xor(rotate(y, 24), x);
	x = i32x4.add(x, k2);
	y = i32x4.add(y, i32x4.add(k0, i32x4.splat(2)));
	x = i32x4.add(x, y);
	y = v128.xor(rotate(y, 13), x);
	x = i32x4.add(x, y);
	y = v128.xor(rotate(y, 15), x);
	x = i32x4.add(x, y);
	y = v128.xor(rotate(y, 26), x);
	x = i32x4.add(x, y);
	y = v128.xor(rotate(y, 6), x);
	x = i32x4.add(x, k0);
	y = i32x4.add(y, i32x4.add(k1, i32x4.splat(3)));
	x = i32x4.add(x, y);
	y = v128.xor(rotate(y, 17), x);
	x = i32x4.add(x, y);
	y = v128.xor(rotate(y, 29), x);
	x = i32x4.add(x, y);
	y = v128.xor(rotate(y, 16), x);
	x = i32x4.add(x, y);
	y = v128.xor(rotate(y, 24), x);
	x = i32x4.add(x, k1);
	y = i32x4.add(y, i32x4.add(k2, i32x4.splat(4)));
	x = i32x4.add(x, y);
	y = v128.xor(rotate(y, 13), x);
	x = i32x4.add(x, y);
	y = v128.xor(rotate(y, 15), x);
	x = i32x4.add(x, y);
	y = v128.xor(rotate(y, 26), x);
	x = i32x4.add(x, y);
	y = v128.xor(rotate(y, 6), x);
	x = i32x4.add(x, k2);
	y = i32x4.add(y, i32x4.add(k0, i32x4.splat(5)));
	even = x;
	odd = y;
}
