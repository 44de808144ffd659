import {foldLanes, inHigh, inLow, upper} from './lanes';

/**
 * out[i] = Σ_s shards[s][i] for i in [0, n), in shard order; answers the sum of squares of the sums.
 *
 * The squares gather in four float64 lanes, element i in lane i mod 4, which are added in the end as
 * (lane 0 + lane 2) + (lane 1 + lane 3). `stride` is the number of bytes between shards. Writes n elements and no more.
 */
export function reduceShards(shards: usize, count: i32, stride: usize, n: i32, out: usize): f64 {
	let low = f64x2.splat(0);
	let high = f64x2.splat(0);
	// A sum of one shard in its own place is there already.
	const isThere = count == 1 && shards == out;
	const whole = n & ~3;
	let at: usize = 0;
	for (let index = 0; index < whole; index += 4) {
		let sum = v128.load(shards + at);
		for (let shard: usize = 1; shard < <usize>count; shard++) {
			sum = f32x4.add(sum, v128.load(shards + shard * stride + at));
		}

		if (!isThere) {
			v128.store(out + at, sum);
		}

		const first = f64x2.promote_low_f32x4(sum);
		const last = f64x2.promote_low_f32x4(upper(sum));
		low = f64x2.add(low, f64x2.mul(first, first));
		high = f64x2.add(high, f64x2.mul(last, last));
		at += 16;
	}

	for (let index = whole; index < n; index++) {
		let sum = load<f32>(shards + at);
		for (let shard: usize = 1; shard < <usize>count; shard++) {
			sum += load<f32>(shards + shard * stride + at);
		}

		store<f32>(out + at, sum);
		const square = <f64>sum * <f64>sum;
		low = f64x2.add(low, inLow(index - whole, square));
		high = f64x2.add(high, inHigh(index - whole, square));
		at += 4;
	}

	return foldLanes(low, high);
}
