import test from 'ava';
import {createFeed} from '../../src/feed/create-feed.ts';
import {
	attach, never, optionsOf, range, sorted,
} from './helpers.ts';

test('a pass without shuffling brings every record once, in order, and pads the last batch', async t => {
	const feed = await createFeed(optionsOf({count: 21, batches: {size: 8, shuffle: 'none'}}), {signal: never});
	t.teardown(feed.close);
	const {readPass} = await attach(feed);
	const {records, batches, result} = await readPass();
	t.deepEqual(records, range(0, 21));
	t.deepEqual(result, {batches: 3, examples: 21});
	const last = batches.at(-1)!;
	t.deepEqual(last.weights, [1, 1, 1, 1, 1, 0, 0, 0]);
	t.deepEqual(last.records.slice(5), [-1, -1, -1]);
	t.true(last.features.slice(5 * 16).every(value => value === 0));
});

test('global shuffling orders every epoch anew, the same for the same seed', async t => {
	const open = async (seed: number) => {
		const feed = await createFeed(optionsOf({count: 100, seed, batches: {size: 8}}), {signal: never});
		t.teardown(feed.close);
		return attach(feed);
	};

	const one = await open(1);
	const first = await one.readPass();
	const second = await one.readPass({epoch: 2});
	t.deepEqual(sorted(first.records), range(0, 100));
	t.deepEqual(sorted(second.records), range(0, 100));
	t.notDeepEqual(first.records, second.records);
	const again = await open(1);
	t.deepEqual(await again.readPass({epoch: 2}), second);
	t.deepEqual(await again.readPass({epoch: 1}), first);
	const other = await open(2);
	const different = await other.readPass();
	t.notDeepEqual(different.records, first.records);
});
