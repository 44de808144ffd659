import {foldLanes, inHigh, inLow, upper} from './lanes';

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

	for (let index = whole; index < n; index++) {
		const change = <f64>load<f32>(after + at) - <f64>load<f32>(before + at);
		low = f64x2.add(low, inLow(index - whole, change * change));
		high = f64x2.add(high, inHigh(index - whole, change * change));
		at += 4;
	}

	return foldLanes(low, high);
}
