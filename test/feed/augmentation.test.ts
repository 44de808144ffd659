import test, {type ExecutionContext} from 'ava';
import {createFeed, createInThreadFeed} from '../../src/feed/create-feed.ts';
import type {FeedOptions} from '../../src/feed/options.ts';
import {
	attach, never, optionsOf, range, sorted, type Attached,
} from './helpers.ts';

const open = async (t: ExecutionContext, options: FeedOptions): Promise<Attached> => {
	const feed = await createInThreadFeed(options, {signal: never});
	t.teardown(feed.close);
	return attach(feed);
};

const augmented = ['random-flip', {'random-shift': {heightFactor: 0.3, widthFactor: 0.3}}, {noise: {stddev: 2}}, {'one-hot': {classes: 10}}, {mixup: {window: 6}}];

test('random operators touch the training share and leave validation as it is', async t => {
	const options = {count: 40, validation: {fraction: 0.25}, batches: {size: 8}} as const;
	const plain = await open(t, optionsOf({...options, operators: [{cast: {dtype: 'float32'}}]}));
	const random = await open(t, optionsOf({...options, operators: augmented.slice(0, 3), fuse: false}));
	const validation = {lane: 'evaluation', split: 'validation'} as const;
	t.deepEqual((await random.readPass(validation)).batches, (await plain.readPass(validation)).batches);
	const before = await plain.readPass();
	const after = await random.readPass();
	t.deepEqual(after.records, before.records);
	t.notDeepEqual(after.batches[0]!.features, before.batches[0]!.features);
	t.notDeepEqual((await random.readPass({epoch: 2})).batches[0]!.features, after.batches[0]!.features);
});

for (const shuffle of ['global', 'none', {window: 10}] as const) {
	const name = typeof shuffle === 'string' ? shuffle : 'window';

	test(`an augmented pass is the same for every chunk size, and going on in its middle brings what is left (${name})`, async t => {
		const read = async (chunkBytes: number) => {
			const {readPass} = await open(t, optionsOf({
				count: 50, chunkBytes, operators: augmented, batches: {size: 8, shuffle},
			}));
			return {whole: await readPass({epoch: 3}), rest: await readPass({epoch: 3, fromBatch: 2})};
		};

		const {whole, rest} = await read(1_048_576);
		t.deepEqual(sorted(whole.records), range(0, 50));
		t.deepEqual(rest.batches, whole.batches.slice(2));
		const small = await read(1);
		t.deepEqual(small.whole, whole);
	});
}

test('partners do not depend on the size of the batches', async t => {
	const read = async (size: number) => {
		const {readPass} = await open(t, optionsOf({count: 48, operators: augmented, batches: {size}}));
		const {batches} = await readPass();
		return batches.flatMap(({features, count}) => features.slice(0, count * 16));
	};

	t.deepEqual(await read(4), await read(8));
});

test('a window that is larger than the gate lets through makes room for itself, and one beyond the memory is refused', async t => {
	const mixed = (window: number, memory: number): FeedOptions => optionsOf({
		count: 3000, shape: [32, 32], memory, operators: [{'one-hot': {classes: 10}}, {mixup: {window}}], batches: {size: 8},
	});
	const {readPass} = await open(t, mixed(2000, 16 * 1024 * 1024));
	t.is((await readPass()).records.length, 3000);
	await t.throwsAsync(createFeed(mixed(2000, 8 * 1024 * 1024), {signal: never}), {code: 'MEMORY_TOO_SMALL', message: /operators: \d{8}/u});
});
