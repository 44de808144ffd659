import test, {type ExecutionContext} from 'ava';
import {createFeed, createInThreadFeed} from '../../src/feed/create-feed.ts';
import type {Feed} from '../../src/feed/feed.ts';
import type {FeedOptions} from '../../src/feed/options.ts';
import {
	attach, never, optionsOf, range, sorted, type Attached,
} from './helpers.ts';

const open = async (t: ExecutionContext, options: FeedOptions, ring: {rows?: number; slots?: number} = {}): Promise<Attached & {feed: Feed}> => {
	const feed = await createInThreadFeed(options, {signal: never});
	t.teardown(feed.close);
	return {feed, ...await attach(feed, ring)};
};

for (const shuffle of ['global', 'none', {window: 10}] as const) {
	const name = typeof shuffle === 'string' ? shuffle : 'window';

	test(`batches are the same whichever chunk size reads them (${name})`, async t => {
		const read = async (chunkBytes: number) => {
			const {readPass} = await open(t, optionsOf({
				count: 50, chunkBytes, batches: {size: 8, shuffle}, validation: {fraction: 0.2},
			}));
			return [await readPass(), await readPass({epoch: 2})];
		};

		const expected = await read(1_048_576);
		t.is(expected[0]!.records.length, 40);
		t.deepEqual(await read(1), expected);
		t.deepEqual(await read(37), expected);
	});

	test(`an operator that runs in the stream sees the same batches as none at all (${name})`, async t => {
		const read = async (operators: FeedOptions['operators']) => {
			const {readPass} = await open(t, optionsOf({
				count: 50, operators, fuse: false, batches: {size: 8, shuffle},
			}));
			return [await readPass(), await readPass({epoch: 2})].map(({records}) => records);
		};

		t.deepEqual(await read([{reshape: {shape: [16]}}]), await read([]));
	});

	test(`a pass that goes on in the middle brings what is left (${name})`, async t => {
		for (const operators of [[], ['normalize']]) {
			const {readPass} = await open(t, optionsOf({
				count: 50, operators, fuse: false, batches: {size: 8, shuffle},
			}));
			const whole = await readPass({epoch: 3});
			const rest = await readPass({epoch: 3, fromBatch: 2});
			t.deepEqual(rest.batches, whole.batches.slice(2));
		}
	});
}

test('a window moves records about and loses none', async t => {
	const {readPass} = await open(t, optionsOf({count: 100, batches: {size: 8, shuffle: {window: 10}}}));
	const {records} = await readPass();
	t.deepEqual(sorted(records), range(0, 100));
	t.notDeepEqual(records, range(0, 100));
	// What leaves the window has come into it.
	t.true(records.every((record, position) => record <= position + 10));
});

test('the validation share never leaks into training', async t => {
	const {feed, readPass} = await open(t, optionsOf({count: 101, validation: {fraction: 0.2}, batches: {size: 8}}));
	t.is(feed.info.splits.train!.count, 81);
	t.is(feed.info.splits.validation!.count, 20);
	const validation = await readPass({lane: 'evaluation', split: 'validation'});
	const first = await readPass();
	const second = await readPass({epoch: 2});
	t.deepEqual(validation.records, sorted(validation.records));
	t.deepEqual(sorted([...validation.records, ...first.records]), range(0, 101));
	t.deepEqual(sorted(first.records), sorted(second.records));
});

test('a stratified share takes from every class its part', async t => {
	const {readPass} = await open(t, optionsOf({count: 400, validation: {fraction: 0.25, stratify: true}, batches: {size: 8}}));
	const countsOf = (batches: Awaited<ReturnType<typeof readPass>>['batches']): number[] => {
		const counts = Array.from({length: 10}, () => 0);
		for (const {labels, count} of batches) {
			for (const label of labels.slice(0, count)) {
				counts[label]!++;
			}
		}

		return counts;
	};

	const validation = await readPass({lane: 'evaluation', split: 'validation'});
	const train = await readPass();
	const held = countsOf(validation.batches);
	t.is(validation.records.length, 100);
	for (const [label, count] of countsOf(train.batches).entries()) {
		t.true(Math.abs(held[label]! - ((count + held[label]!) * 0.25)) < 1);
	}
});

test('a short last batch is dropped on request', async t => {
	const {readPass} = await open(t, optionsOf({count: 21, batches: {size: 8, remainder: 'drop'}}));
	const {result, batches} = await readPass();
	t.deepEqual(result, {batches: 2, examples: 16});
	t.true(batches.every(({count}) => count === 8));
});

test('slots may have more rows than a training batch has examples', async t => {
	const {readPass} = await open(t, optionsOf({count: 20, batches: {size: 6}}), {rows: 8});
	const {batches} = await readPass();
	t.deepEqual(batches.map(({count}) => count), [6, 6, 6, 2]);
	t.deepEqual(batches[0]!.weights, [1, 1, 1, 1, 1, 1, 0, 0]);
	t.true(batches.every(({features, count}) => features.slice(count * 16).every(value => value === 0)));
});

test('a batch of everything is written once and announced again', async t => {
	const {readPass, ring, readers} = await open(t, optionsOf({count: 20, batches: {size: 'all'}, operators: ['normalize']}), {rows: 20, slots: 2});
	const first = await readPass();
	t.deepEqual(first.result, {batches: 1, examples: 20});
	t.deepEqual(sorted(first.records), range(0, 20));
	readers.train.slot(0).features[0] = 99;
	const second = await readPass({epoch: 2});
	t.is(second.batches[0]!.features[0], 99);
	t.deepEqual(second.records, first.records);
	t.is(ring.train.slots, 2);
});

test('a batch of everything that was done before a resume is not announced again', async t => {
	const {readPass} = await open(t, optionsOf({count: 20, batches: {size: 'all'}, operators: ['normalize']}), {rows: 20, slots: 2});
	await readPass();
	t.deepEqual((await readPass({epoch: 2, fromBatch: 1})).result, {batches: 0, examples: 0});
});

test('a batch of everything is built anew when an operator is not deterministic', async t => {
	const {readPass, readers} = await open(t, optionsOf({count: 20, batches: {size: 'all'}, operators: ['./fixtures/noise.js']}), {rows: 20, slots: 2});
	await readPass();
	readers.train.slot(0).features[0] = 99;
	const second = await readPass({epoch: 2});
	t.not(second.batches[0]!.features[0], 99);
});

test('the first records are those of the source, however the pass is shuffled', async t => {
	const {feed, readPass} = await open(t, optionsOf({count: 100, operators: [{skip: {count: 10}}, {take: {count: 20}}, 'normalize'], batches: {size: 8}}));
	t.is(feed.info.splits.train!.count, 20);
	const {records} = await readPass();
	t.deepEqual(sorted(records), range(10, 30));
	t.deepEqual(sorted((await readPass({epoch: 2})).records), range(10, 30));
});

test('a filter lets the same records through in every order, and its count is unknown beforehand', async t => {
	const read = async (shuffle: 'global' | 'none') => {
		const {feed, readPass} = await open(t, optionsOf({count: 100, operators: [{filter: {labels: [3, 4]}}], batches: {size: 8, shuffle}}));
		t.is(feed.info.splits.train!.count, undefined);
		return [await readPass(), await readPass({epoch: 2})];
	};

	const inOrder = await read('none');
	const shuffled = await read('global');
	t.true(inOrder[0]!.records.length > 5);
	for (const {batches, records} of [...inOrder, ...shuffled]) {
		t.true(batches.every(({labels, count}) => labels.slice(0, count).every(label => label === 3 || label === 4)));
		t.deepEqual(sorted(records), inOrder[0]!.records);
	}
});

test('a batch of everything knows how many a filter leaves', async t => {
	const {feed} = await open(t, optionsOf({count: 100, operators: [{filter: {labels: [3, 4]}}], batches: {size: 'all'}}));
	const {readPass} = await attach(feed, {rows: feed.info.splits.train!.count!, slots: 2});
	const {result, batches} = await readPass();
	t.deepEqual(result, {batches: 1, examples: feed.info.splits.train!.count!});
	t.true(batches[0]!.labels.every(label => label === 3 || label === 4));
});

test('passes of one lane follow each other, and the lanes do not wait for each other', async t => {
	const {feed, drain} = await open(t, optionsOf({count: 40, validation: {fraction: 0.5}, batches: {size: 8}}), {slots: 2});
	const first = feed.pass({
		lane: 'train', split: 'train', epoch: 1, fromBatch: 0,
	}, {signal: never});
	const second = feed.pass({
		lane: 'train', split: 'train', epoch: 2, fromBatch: 0,
	}, {signal: never});
	const validation = feed.pass({
		lane: 'evaluation', split: 'validation', epoch: 1, fromBatch: 0,
	}, {signal: never});
	t.is((await drain('evaluation')).length, 3);
	await validation;
	t.is((await drain('train')).length, 3);
	t.is((await drain('train')).length, 3);
	t.deepEqual(await Promise.all([first, second]), [{batches: 3, examples: 20}, {batches: 3, examples: 20}]);
});

test('an aborted pass leaves its lane usable', async t => {
	for (const fuse of [true, false]) {
		const {feed, readBatch, readPass} = await open(t, optionsOf({
			count: 100, fuse, operators: ['normalize'], batches: {size: 8, shuffle: 'none'},
		}));
		const controller = new AbortController();
		const pass = feed.pass({
			lane: 'train', split: 'train', epoch: 1, fromBatch: 0,
		}, {signal: controller.signal});
		t.deepEqual((await readBatch('train'))!.records, range(0, 8));
		t.deepEqual((await readBatch('train'))!.records, range(8, 16));
		controller.abort();
		await t.throwsAsync(pass, {code: 'ABORTED'});
		const {records} = await readPass();
		t.deepEqual(records, range(0, 100));
	}
});

test('a pass that was queued behind an aborted one ends with it, and the lane is usable after', async t => {
	const {feed, readBatch, readPass} = await open(t, optionsOf({count: 100, batches: {size: 8, shuffle: 'none'}}));
	const controller = new AbortController();
	const request = {lane: 'train', split: 'train', epoch: 1, fromBatch: 0} as const;
	const first = feed.pass(request, {signal: controller.signal});
	const second = feed.pass(request, {signal: never});
	await readBatch('train');
	controller.abort();
	await t.throwsAsync(first, {code: 'ABORTED'});
	await t.throwsAsync(second, {code: 'ABORTED'});
	const {records} = await readPass();
	t.deepEqual(records, range(0, 100));
	await t.throwsAsync(feed.pass(request, {signal: AbortSignal.abort()}), {code: 'ABORTED'});
	const again = await readPass();
	t.deepEqual(again.records, range(0, 100));
});

test('records are read as the source holds them, in the order asked for, with and without the cache', async t => {
	const {feed, readPass} = await open(t, optionsOf({count: 50, operators: ['normalize'], batches: {size: 8, shuffle: 'none'}}));
	const before = await feed.read('train', [30, 2, 49]);
	await readPass();
	const after = await feed.read('train', [30, 2, 49]);
	t.deepEqual(after, before);
	t.is(before.count, 3);
	t.true(before.features instanceof Uint8Array);
	const second = await feed.read('train', [2]);
	t.deepEqual(second.features, before.features.subarray(16, 32));
	await t.throwsAsync(feed.read('train', [50]), {code: 'INTERNAL'});
});

test('a decoded cache that does not fit into memory is a file, with the same batches', async t => {
	const options = {count: 20_000, shape: [32, 32], batches: {size: 64}} as const;
	const read = async (memory: number) => {
		const {readPass} = await open(t, optionsOf({...options, memory}), {rows: 64});
		return [await readPass(), await readPass({epoch: 2})].map(({records, batches}) => ({records, sample: batches[100]}));
	};

	t.deepEqual(await read(16 * 1024 * 1024), await read(1024 * 1024 * 1024));
});

test('a stream that cannot run within its memory is refused before it is read', async t => {
	await t.throwsAsync(createFeed(optionsOf({memory: 1024 * 1024, shape: [64, 64], batches: {size: 512}}), {signal: never}), {code: 'MEMORY_TOO_SMALL'});
	await t.throwsAsync(createFeed(optionsOf({memory: 1024 * 1024, shape: [64, 64], batches: {shuffle: {window: 1000}}}), {signal: never}), {code: 'MEMORY_TOO_SMALL'});
});
