import test from 'ava';
import fc from 'fast-check';
import {from} from 'rxjs';
import {createOrder, type OrderOptions} from '../../src/batching/order.ts';
import {batchesSchema} from '../../src/batching/schema.ts';
import {shuffleWindow} from '../../src/batching/shuffle-window-operator.ts';
import {splitMembership} from '../../src/batching/split.ts';
import {createMeter} from '../../src/stream/meter.ts';

const all = (options: OrderOptions): number[] => {
	const order = createOrder(options);
	const positions: number[] = [];
	for (let position = order.next(); position >= 0; position = order.next()) {
		positions.push(position);
	}

	return positions;
};

const shuffles = fc.oneof(fc.constantFrom('global' as const, 'none' as const), fc.record({window: fc.integer({min: 1, max: 40})}));

test('every order is a permutation, the same each time, and can be entered anywhere', t => {
	fc.assert(fc.property(shuffles, fc.nat(60), fc.nat(1000), fc.integer({min: 1, max: 5}), fc.nat(60), (shuffle, length, seed, epoch, skipped) => {
		const options = {
			shuffle, length, seed, epoch,
		};
		const positions = all(options);
		t.deepEqual(positions.toSorted((a, b) => a - b), Array.from({length}, (_, index) => index));
		t.deepEqual(all(options), positions);
		const order = createOrder(options);
		order.skip(skipped);
		t.is(order.next(), positions[skipped] ?? -1);
	}));
});

test('epochs and seeds give other orders', t => {
	for (const shuffle of ['global', {window: 20}] as const) {
		const orders = [[1, 1], [1, 2], [2, 1]].map(([seed, epoch]) => all({
			shuffle, length: 100, seed: seed!, epoch: epoch!,
		}).join(','));
		t.is(new Set(orders).size, 3);
	}
});

test('the window of a stream gives the same order, and gives back what it held', t => {
	const meter = createMeter();
	const out: number[] = [];
	let most = 0;
	from(Array.from({length: 50}, (_, index) => ({
		index, source: 'test', features: new Uint8Array(10), label: 0,
	})))
		.pipe(shuffleWindow({
			size: 8, seed: 3, epoch: 2, meter,
		}))
		.subscribe(({index}) => {
			most = Math.max(most, meter.held);
			out.push(index);
		});
	t.deepEqual(out, all({
		shuffle: {window: 8}, length: 50, seed: 3, epoch: 2,
	}));
	t.is(meter.held, 0);
	t.is(most, 8 * 14);
	t.is(meter.peak, 9 * 14);
});

test('exactly the asked share goes to validation', t => {
	for (const [count, fraction, expected] of [[60_000, 0.1, 6000], [100, 0.29, 29], [7, 0.5, 3], [3, 0.1, 0]] as const) {
		const marks = splitMembership({
			seed: 1, fraction, stratify: false, count,
		});
		t.is(marks.reduce((sum, mark) => sum + mark, 0), expected);
	}
});

test('a stratified share has the asked size, and each class gives its part', t => {
	fc.assert(fc.property(fc.array(fc.nat(4), {maxLength: 200}), fc.double({min: 0.01, max: 0.99, noNaN: true}), fc.nat(100), (labels, fraction, seed) => {
		const marks = splitMembership({
			seed, fraction, stratify: true, count: labels.length, labels,
		});
		t.is(marks.reduce((sum, mark) => sum + mark, 0), Math.floor((labels.length * fraction) + 1e-9));
		for (let label = 0; label < 5; label++) {
			const size = labels.filter(value => value === label).length;
			const held = labels.filter((value, record) => value === label && marks[record] === 1).length;
			t.true(Math.abs(held - (size * fraction)) <= 1);
		}
	}));
});

test('another seed splits off other records', t => {
	const split = (seed: number): string => splitMembership({
		seed, fraction: 0.5, stratify: false, count: 100,
	}).join('');
	t.is(split(1), split(1));
	t.not(split(1), split(2));
});

test('batches have Keras\'s size, global shuffling and a kept remainder by default', t => {
	t.deepEqual(batchesSchema.parse(undefined), {size: 32, shuffle: 'global', remainder: 'keep'});
	t.deepEqual(batchesSchema.parse({size: 'all', shuffle: {window: 5}}), {size: 'all', shuffle: {window: 5}, remainder: 'keep'});
	t.false(batchesSchema.safeParse({size: 0}).success);
	t.false(batchesSchema.safeParse({sise: 1}).success);
});
