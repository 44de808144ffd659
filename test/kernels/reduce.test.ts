import test from 'ava';
import {reduceShards} from '../../src/kernels/reduce.ts';

/** Exactly representable summands whose sum depends on the order. */
const shards = Float32Array.from([2 ** 24, 1, 1, 1, -(2 ** 24), 3]);

test('shards are summed in their order, each sum rounded to the precision of the elements', t => {
	const out = new Float32Array(1);
	reduceShards({shards: Float32Array.from([1, 2 ** 24, 1]), count: 3, length: 1, from: 0, to: 1, out});
	// (1 + 2²⁴) rounds to 2²⁴, and so does that plus 1; the other order would give 2²⁴ + 2.
	t.is(out[0], 2 ** 24);
	reduceShards({shards: Float32Array.from([1, 1, 2 ** 24]), count: 3, length: 1, from: 0, to: 1, out});
	t.is(out[0], 2 ** 24 + 2);
});

test('float64 shards are summed in float64', t => {
	const out = new Float64Array(1);
	reduceShards({shards: Float64Array.from([1, 2 ** 24, 1]), count: 3, length: 1, from: 0, to: 1, out});
	t.is(out[0], 2 ** 24 + 2);
});

test('a block is written and nothing beside it', t => {
	const out = Float32Array.from([9, 9, 9]);
	const {squares, finite} = reduceShards({shards, count: 2, length: 3, from: 1, to: 2, out});
	t.deepEqual([...out], [9, 1 - 2 ** 24, 9]);
	t.is(squares, (1 - 2 ** 24) ** 2);
	t.is(finite, 1);
});

test('one shard is copied', t => {
	const out = new Float32Array(3);
	t.deepEqual(reduceShards({shards: Float32Array.from([1, 2, 3]), count: 1, length: 3, from: 0, to: 3, out}), {squares: 14, finite: 1});
	t.deepEqual([...out], [1, 2, 3]);
});

test('the squares are summed in float64: large float32 gradients are finite, and small ones are not lost', t => {
	const out = new Float32Array(2);
	const {squares, finite} = reduceShards({shards: Float32Array.from([3e38, 1e-30]), count: 1, length: 2, from: 0, to: 2, out});
	t.is(finite, 1);
	t.is(squares, Math.fround(3e38) ** 2 + Math.fround(1e-30) ** 2);
});

for (const [what, value] of [['NaN', Number.NaN], ['infinity', Infinity], ['a sum beyond float32', 3e38]] as const) {
	test(`${what} makes its block not finite, and no other one`, t => {
		const gradients = Float32Array.from([1, value, 1, value]);
		const out = new Float32Array(2);
		t.is(reduceShards({shards: gradients, count: 2, length: 2, from: 0, to: 1, out}).finite, 1);
		t.is(reduceShards({shards: gradients, count: 2, length: 2, from: 1, to: 2, out}).finite, 0);
	});
}
