import test from 'ava';
import {keyOf} from '../../src/random/generator.ts';
import {createPermutation} from '../../src/random/permutation.ts';

for (const length of [1, 2, 3, 4, 5, 15, 16, 17, 64, 65, 1000, 60_000]) {
	test(`a permutation of ${length} holds each element once, and indexOf inverts it`, t => {
		const {at, indexOf} = createPermutation(keyOf(11), length);
		const seen = new Uint8Array(length);
		for (let position = 0; position < length; position++) {
			const element = at(position);
			seen[element]! += 1;
			if (indexOf(element) !== position) {
				t.fail(`indexOf(${element}) is ${indexOf(element)} and not ${position}`);
			}
		}

		t.true(seen.every(count => count === 1));
	});
}

test('positions far beyond memory are permuted too', t => {
	const length = 2 ** 31;
	const {at, indexOf} = createPermutation(keyOf(5), length);
	for (const position of [0, 1, 2 ** 30, length - 1]) {
		t.true(at(position) >= 0 && at(position) < length);
		t.is(indexOf(at(position)), position);
	}
});

test('the same key gives the same order, another key another one', t => {
	const order = (seed: number) => Array.from({length: 50}, (_, position) => createPermutation(keyOf(seed), 50).at(position));
	t.deepEqual(order(1), order(1));
	t.notDeepEqual(order(1), order(2));
});

test('the order of a key is the same in every version, so that a stopped run can go on', t => {
	const {at} = createPermutation(keyOf(11), 60_000);
	t.deepEqual([0, 1, 2, 3, 59_999].map(position => at(position)), [40_037, 37_219, 40_896, 41_868, 7338]);
});

test('over many keys each element comes first equally often', t => {
	const length = 10;
	const keys = 5000;
	const counts = Array.from({length}, () => 0);
	for (let seed = 0; seed < keys; seed++) {
		counts[createPermutation(keyOf(seed), length).at(0)]! += 1;
	}

	const expected = keys / length;
	// χ² with 9 degrees of freedom exceeds 27.9 once in a thousand.
	t.true(counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0) < 27.9, `counts: ${counts.join(' ')}`);
});

test('over many keys all orders of three elements are equally frequent', t => {
	const keys = 6000;
	const counts = new Map<string, number>();
	for (let seed = 0; seed < keys; seed++) {
		const {at} = createPermutation(keyOf(seed), 3);
		const order = [at(0), at(1), at(2)].join(' ');
		counts.set(order, (counts.get(order) ?? 0) + 1);
	}

	t.is(counts.size, 6);
	// χ² with 5 degrees of freedom.
	t.true([...counts.values()].reduce((sum, count) => sum + (count - 1000) ** 2 / 1000, 0) < 20.5, `counts: ${[...counts].join(' ')}`);
});

test('neighbours before are not neighbours after', t => {
	const length = 10_000;
	const {at} = createPermutation(keyOf(3), length);
	let neighbours = 0;
	for (let position = 1; position < length; position++) {
		neighbours += Math.abs(at(position) - at(position - 1)) === 1 ? 1 : 0;
	}

	// A random order has two such pairs on average.
	t.true(neighbours < 12, `neighbours: ${neighbours}`);
});
