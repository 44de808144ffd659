/** Keeps a digest an exact integer: 21 bits above 32. */
const highBits = 0x1f_ff_ff;
const prime = 0x01_00_01_93;

/** A digest of which records a batch held, in their order: two FNV-1a hashes over the 32-bit halves of the numbers, 53 bits together. */
export const digestOfRecords = ({buffer, byteOffset}: Float64Array, count: number): number => {
	const halves = new Int32Array(buffer, byteOffset, count * 2);
	let low = 0x81_1c_9d_c5 | 0;
	let high = count;
	for (const half of halves) {
		low = Math.imul(low ^ half, prime);
		high = Math.imul(high ^ low, prime);
	}

	return ((high & highBits) * 2 ** 32) + (low >>> 0);
};
