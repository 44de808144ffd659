/**
 * Σ (after[i] − before[i])² for i in [0, n), in float64.
 *
 * The squares gather in four lanes, element i in lane i mod 4, which are added in the end as
 * (lane 0 + lane 2) + (lane 1 + lane 3).
 */
export function squaredChanges(before: usize, after: usize, n: i32): f64 {
	let low = f64x2.splat(0);
	let high = f64x2.splat(0);
	const whole = n & ~3;
	let at: usize = 0;
	for (let index = 0; index < whole; index += 4) {
		const old = v128.load(before + at);
		const now = v128.load(after + at);
		const first = f64x2.sub(f64x2.promote_low_f32x4(now), f64x2.promote_low_f32x4(old));
		const last = f64x2.sub(f64x2.promote_low_f32x4(upper(now)), f64x2.promote_low_f32x4(upper(old)));
		low = f64x2.add(low, f64x2.mul(first, first));
		high = f64x2.add(high, f64x2.mul(last, last));
		at += 16;
	}

	let lane0 = f64x2.extract_lane(low, 0);
	let lane1 = f64x2.extract_lane(low, 1);
	let lane2 = f64x2.extract_lane(high, 0);
	for (let index = whole; index < n; index++) {
		const change = <f64>load<f32>(after + at) - <f64>load<f32>(before + at);
		const lane = index - whole;
		if (lane == 0) {
			lane0 += change * change;
		} else if (lane == 1) {
			lane1 += change * change;
		} else {
			lane2 += change * change;
		}

		at += 4;
	}

	return (lane0 + lane2) + (lane1 + f64x2.extract_lane(high, 1));
}

// @ts-ignore: AssemblyScript has decorators of functions, TypeScript has not
@inline
function upper(vector: v128): v128 {
	return i8x16.shuffle(vector, vector, 8, 9, 10, 11, 12, 13, 14, 15, 8, 9, 10, 11, 12, 13, 14, 15);
}
