// Sums in four float64 lanes, element i of a vector in lane i mod 4: two vectors, of lanes 0 and 1 and of lanes 2 and 3.

/** The last two of four float32 numbers in front. */
// @ts-ignore: AssemblyScript has decorators of functions, TypeScript has not
@inline
export function upper(vector: v128): v128 {
	return i8x16.shuffle(vector, vector, 8, 9, 10, 11, 12, 13, 14, 15, 8, 9, 10, 11, 12, 13, 14, 15);
}

/** A number in lane 0 or 1; zeros for another lane. */
// @ts-ignore: AssemblyScript has decorators of functions, TypeScript has not
@inline
export function inLow(lane: i32, value: f64): v128 {
	return lane == 0 ? f64x2.replace_lane(f64x2.splat(0), 0, value) : lane == 1 ? f64x2.replace_lane(f64x2.splat(0), 1, value) : f64x2.splat(0);
}

/** A number in lane 2, the last one that a rest has; zeros for another lane. */
// @ts-ignore: AssemblyScript has decorators of functions, TypeScript has not
@inline
export function inHigh(lane: i32, value: f64): v128 {
	return lane == 2 ? f64x2.replace_lane(f64x2.splat(0), 0, value) : f64x2.splat(0);
}

/** (lane 0 + lane 2) + (lane 1 + lane 3). */
// @ts-ignore: AssemblyScript has decorators of functions, TypeScript has not
@inline
export function foldLanes(low: v128, high: v128): f64 {
	const sum = f64x2.add(low, high);
	return f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1);
}
