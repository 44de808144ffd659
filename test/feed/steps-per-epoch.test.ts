import test, {type ExecutionContext} from 'ava';
import {createFeed, createInThreadFeed} from '../../src/feed/create-feed.ts';
import type {Feed} from '../../src/feed/feed.ts';
import type {FeedOptions} from '../../src/feed/options.ts';
import {planFeed} from '../../src/feed/plan-feed.ts';
import {sourceSchema} from '../../src/sources/schema.ts';
import {
	attach, never, optionsOf, range, sorted, type Attached,
} from './helpers.ts';

const open = async (t: ExecutionContext, options: FeedOptions): Promise<Attached & {feed: Feed}> => {
	const feed = await createInThreadFeed(options, {signal: never});
	t.teardown(feed.close);
	return {feed, ...await attach(feed)};
};

const part = (seed: number, count: number) => ({from: {synthetic: {count, shape: [4, 4], seed}}});
const endless = {train: sourceSchema.parse({mix: [part(1, 7), part(2, 11)], stop: 'never'})};

for (const shuffle of ['none', {window: 5}] as const) {
	test(`an epoch of an endless source goes on where the last one stopped (${JSON.stringify(shuffle)})`, async t => {
		const {feed, readPass} = await open(t, optionsOf({data: endless, stepsPerEpoch: 3, operators: [{noise: {stddev: 1}}], batches: {size: 8, shuffle}}));
		t.is(feed.info.splits.train!.count, 24);
		const epochs = [await readPass(), await readPass({epoch: 2}), await readPass({epoch: 3})];
		for (const [index, {records, result}] of epochs.entries()) {
			t.deepEqual(result, {batches: 3, examples: 24});
			t.deepEqual(sorted(records), range(24 * index, 24 * (index + 1)));
		}

		t.deepEqual(await readPass({epoch: 2}), epochs[1]);
		t.deepEqual((await readPass({epoch: 2, fromBatch: 2})).batches, epochs[1]!.batches.slice(2));
	});
}

test('the length of an epoch cuts training passes alone', async t => {
	const {readPass} = await open(t, optionsOf({count: 40, stepsPerEpoch: 2, batches: {size: 8, shuffle: 'none'}}));
	t.deepEqual((await readPass()).result, {batches: 2, examples: 16});
	t.deepEqual((await readPass({lane: 'evaluation'})).result, {batches: 5, examples: 40});
});

test('an endless mixture has the same records wherever it is entered', async t => {
	const read = async (steps: number, epochs: number) => {
		const {readPass} = await open(t, optionsOf({data: endless, stepsPerEpoch: steps, batches: {size: 8, shuffle: 'none'}}));
		const features: number[] = [];
		for (let epoch = 1; epoch <= epochs; epoch++) {
			features.push(...(await readPass({epoch})).batches.flatMap(batch => batch.features));
		}

		return features;
	};

	t.deepEqual(await read(1, 12), await read(12, 1));
});

for (const shuffle of ['global', 'none', {window: 10}] as const) {
	test(`an epoch of a source that ends has the first batches of its order (${JSON.stringify(shuffle)})`, async t => {
		for (const operators of [[], [{noise: {stddev: 1}}]]) {
			const options = {count: 100, operators, batches: {size: 8, shuffle}} as const;
			const whole = await open(t, optionsOf(options));
			const limited = await open(t, optionsOf({...options, stepsPerEpoch: 4}));
			for (const epoch of [1, 2]) {
				const {batches, result} = await limited.readPass({epoch});
				t.deepEqual(result, {batches: 4, examples: 32});
				t.deepEqual(batches, (await whole.readPass({epoch})).batches.slice(0, 4));
			}

			t.deepEqual((await limited.readPass({epoch: 2, fromBatch: 3})).batches, (await limited.readPass({epoch: 2})).batches.slice(3));
		}
	});
}

test('what needs the end of an endless source is refused before anything is read', async t => {
	for (const [options, reason] of [
		[{batches: {shuffle: 'none'}}, /how long an epoch/u],
		[{stepsPerEpoch: 3}, /global shuffle/u],
		[{stepsPerEpoch: 3, batches: {shuffle: 'none', size: 'all'}}, /batch of everything/u],
		[{stepsPerEpoch: 3, batches: {shuffle: 'none'}, data: {...endless, validation: {fraction: 0.1}}}, /validation share/u],
		[{stepsPerEpoch: 3, batches: {shuffle: 'none'}, data: {train: endless.train, test: endless.train}}, /test split/u],
	] as const) {
		const given = optionsOf({data: endless, ...options});
		await t.throwsAsync(createFeed(given, {signal: never}), {code: 'SOURCE_ENDLESS', message: reason});
		await t.throwsAsync(planFeed(given, {signal: never}), {code: 'SOURCE_ENDLESS', message: reason});
	}
});

test('the plan knows how long an epoch is', async t => {
	const {info} = await planFeed(optionsOf({data: endless, stepsPerEpoch: 3, batches: {size: 8, shuffle: 'none'}}), {signal: never});
	t.is(info.splits.train!.count, 24);
});
