/**
 * Threefry-2x32 with 20 rounds: a counter-based generator that maps a key and a counter to 64 random bits.
 *
 * Source: J. Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011.
 */
const parity = 0x1B_D1_1B_DA;

const rotate = (x: number, bits: number): number => (x << bits) | (x >>> (32 - bits));

/** Writes the two words of counter (`c0`, `c1`) under key (`k0`, `k1`) into `out[0]` and `out[1]`. */
export const threefry2x32 = (k0: number, k1: number, c0: number, c1: number, out: Uint32Array): void => {
	const k2 = parity ^ k0 ^ k1;
	let x0 = ((c0 | 0) + (k0 | 0)) | 0;
	let x1 = ((c1 | 0) + (k1 | 0)) | 0;

	x0 = (x0 + x1) | 0;
	x1 = rotate(x1, 13) ^ x0;
	x0 = (x0 + x1) | 0;
	x1 = rotate(x1, 15) ^ x0;
	x0 = (x0 + x1) | 0;
	x1 = rotate(x1, 26) ^ x0;
	x0 = (x0 + x1) | 0;
	x1 = rotate(x1, 6) ^ x0;
	x0 = (x0 + k1) | 0;
	x1 = (x1 + k2 + 1) | 0;

	x0 = (x0 + x1) | 0;
	x1 = rotate(x1, 17) ^ x0;
	x0 = (x0 + x1) | 0;
	x1 = rotate(x1, 29) ^ x0;
	x0 = (x0 + x1) | 0;
	x1 = rotate(x1, 16) ^ x0;
	x0 = (x0 + x1) | 0;
	x1 = rotate(x1, 24) ^ x0;
	x0 = (x0 + k2) | 0;
	x1 = (x1 + k0 + 2) | 0;

	x0 = (x0 + x1) | 0;
	x1 = rotate(x1, 13) ^ x0;
	x0 = (x0 + x1) | 0;
	x1 = rotate(x1, 15) ^ x0;
	x0 = (x0 + x1) | 0;
	x1 = rotate(x1, 26) ^ x0;
	x0 = (x0 + x1) | 0;
	x1 = rotate(x1, 6) ^ x0;
	x0 = (x0 + k0) | 0;
	x1 = (x1 + k1 + 3) | 0;

	x0 = (x0 + x1) | 0;
	x1 = rotate(x1, 17) ^ x0;
	x0 = (x0 + x1) | 0;
	x1 = rotate(x1, 29) ^ x0;
	x0 = (x0 + x1) | 0;
	x1 = rotate(x1, 16) ^ x0;
	x0 = (x0 + x1) | 0;
	x1 = rotate(x1, 24) ^ x0;
	x0 = (x0 + k1) | 0;
	x1 = (x1 + k2 + 4) | 0;

	x0 = (x0 + x1) | 0;
	x1 = rotate(x1, 13) ^ x0;
	x0 = (x0 + x1) | 0;
	x1 = rotate(x1, 15) ^ x0;
	x0 = (x0 + x1) | 0;
	x1 = rotate(x1, 26) ^ x0;
	x0 = (x0 + x1) | 0;
	x1 = rotate(x1, 6) ^ x0;
	out[0] = x0 + k2;
	out[1] = x1 + k0 + 5;
};
