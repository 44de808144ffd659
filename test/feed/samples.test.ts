import {mkdir, writeFile} from 'node:fs/promises';
import path from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {encode} from 'fast-png';
import type {EventBody} from '../../src/events/schema.ts';
import {createFeed, createInThreadFeed} from '../../src/feed/create-feed.ts';
import type {Feed} from '../../src/feed/feed.ts';
import type {FeedOptions} from '../../src/feed/options.ts';
import {sourceSchema} from '../../src/sources/schema.ts';
import {idxBytes} from '../sources/files.ts';
import {temporaryFolder} from '../helpers/temporary-folder.ts';
import {
	attach, never, optionsOf, range, sorted, type Attached,
} from './helpers.ts';

type Told = Extract<EventBody, {type: 'sampleError'}>;

const open = async (t: ExecutionContext, options: FeedOptions): Promise<Attached & {feed: Feed; told: Told[]}> => {
	const told: Told[] = [];
	const feed = await createInThreadFeed(options, {
		signal: never, onEvent(event) {
			if (event.type === 'sampleError') {
				told.push(event);
			}
		},
	});
	t.teardown(feed.close);
	return {feed, told, ...await attach(feed)};
};

const bad = (at: number, does = 'throws') => ({'./fixtures/zoo.js': {does, at}});
const without = (records: readonly number[], ...left: readonly number[]): number[] => records.filter(record => !left.includes(record));

for (const shuffle of ['global', 'none', {window: 10}] as const) {
	test(`a record that an operator fails on is left out, the same ones in every pass and for any chunks (${JSON.stringify(shuffle)})`, async t => {
		const read = async (chunkBytes: number) => {
			const {readPass, told, feed} = await open(t, optionsOf({
				count: 40, chunkBytes, samples: 'skip', operators: [bad(13), 'normalize', bad(20, 'shape')].slice(0, 2), batches: {size: 8, shuffle},
			}));
			const passes = [await readPass(), await readPass({epoch: 2})];
			t.deepEqual(told.map(({record, operator, code}) => [record, operator, code]), [[13, './fixtures/zoo.js', 'OPERATOR_FAILED']]);
			t.is((await feed.statistics()).rejected, 1);
			return passes;
		};

		const passes = await read(1_048_576);
		for (const {records} of passes) {
			t.deepEqual(sorted(records), without(range(0, 40), 13));
		}

		t.deepEqual(await read(1), passes);
	});
}

test('a record of the wrong shape is left out too, and the operator goes on', async t => {
	const {readPass, told} = await open(t, optionsOf({count: 20, samples: 'skip', operators: [bad(3, 'shape'), bad(7, 'nothing')], batches: {size: 8}}));
	t.deepEqual(sorted((await readPass()).records), without(range(0, 20), 3, 7));
	t.deepEqual(sorted(told.map(({record}) => record)), [3, 7]);
});

test('a record with numbers that are not finite is left out once, with its file and byte', async t => {
	const directory = await temporaryFolder(t);
	await writeFile(path.join(directory, 'images'), idxBytes('float32', [20, 2, 2], index => ([13, 14, 77].includes(index) ? Number.NaN : index)));
	const {readPass, told} = await open(t, optionsOf({
		data: {train: sourceSchema.parse({images: 'images'})}, baseDirectory: directory, samples: 'skip', operators: ['standardize'], batches: {size: 8},
	}));
	for (const epoch of [1, 2]) {
		const {records, batches} = await readPass({epoch});
		t.deepEqual(sorted(records), without(range(0, 20), 3, 19));
		t.true(batches.every(({features}) => features.every(value => Number.isFinite(value))));
	}

	t.deepEqual(told.map(({record, code, offset}) => [record, code, offset]), [[3, 'NONFINITE_INPUT', 16 + (13 * 4)], [19, 'NONFINITE_INPUT', 16 + (77 * 4)]]);
	t.true(told.every(({file}) => file === path.join(directory, 'images')));
});

test('a record of a shard is left out and told under its number in the whole, with its own file and byte', async t => {
	const directory = await temporaryFolder(t);
	await writeFile(path.join(directory, 'one'), idxBytes('float32', [20, 2, 2]));
	await writeFile(path.join(directory, 'two'), idxBytes('float32', [20, 2, 2], index => (index === 13 ? Number.NaN : index)));
	const {readPass, told} = await open(t, optionsOf({
		data: {train: sourceSchema.parse({shards: ['one', 'two'].map(name => ({images: path.join(directory, name)}))})}, samples: 'skip', operators: [bad(21)], batches: {size: 8},
	}));
	t.deepEqual(sorted((await readPass()).records), without(range(0, 40), 21, 23));
	const two = path.join(directory, 'two');
	t.deepEqual(told.map(({record, file, offset}) => [record, file, offset]).toSorted(([a], [b]) => Number(a) - Number(b)), [[21, two, 16 + 16], [23, two, 16 + (13 * 4)]]);
});

test('a record of a mixture is left out and told under its number in the mixture, with its own file and byte', async t => {
	const directory = await temporaryFolder(t);
	const file = (name: string): string => path.join(directory, name);
	await writeFile(file('one'), idxBytes('float32', [20, 2, 2], index => index));
	await writeFile(file('two'), idxBytes('float32', [20, 2, 2], index => (index === 13 ? Number.NaN : 1000 + index)));
	const options = {
		data: {train: sourceSchema.parse({mix: ['one', 'two'].map(name => ({from: {images: file(name)}})), stop: 'all'})}, batches: {size: 8, shuffle: 'none'},
	} as const;
	// Element 12 of the second file is in the record that cannot be read, at the place that is missing.
	const all = await open(t, optionsOf({...options, samples: 'skip'}));
	const {records, batches} = await all.readPass();
	const place = range(0, 40).find(record => !records.includes(record));
	t.deepEqual(all.told.map(({record, code, file: named, offset}) => [record, code, named, offset]), [[place, 'NONFINITE_INPUT', file('two'), 16 + (13 * 4)]]);

	const [first] = batches.flatMap(({features, count}) => range(0, count).map(row => features[row * 4]!)).slice(5, 6);
	const where = first! < 1000 ? {file: file('one'), offset: 16 + (first! * 4)} : {file: file('two'), offset: 16 + ((first! - 1000) * 4)};
	const failed = records[5]!;
	const fails = await open(t, optionsOf({...options, samples: 'skip', operators: [bad(failed)]}));
	t.deepEqual((await fails.readPass()).records, without(records, failed));
	t.like(fails.told.find(({operator}) => operator !== undefined), {record: failed, ...where});

	const strict = await open(t, optionsOf({...options, samples: 'fail', operators: [bad(failed)], data: {train: sourceSchema.parse({mix: [{from: {images: file('one')}}]})}}));
	const error = await t.throwsAsync(strict.readPass(), {code: 'OPERATOR_FAILED'});
	t.like(error, {details: {record: failed, file: file('one'), offset: 16 + (failed * 16)}});
	t.true(error!.message.endsWith(`(${file('one')}, record ${failed}, byte ${16 + (failed * 16)})`), error!.message);
});

test('the validation share is the same whatever is left out', async t => {
	const options = {count: 50, validation: {fraction: 0.2}, batches: {size: 8}} as const;
	const validation = {lane: 'evaluation', split: 'validation'} as const;
	const all = await open(t, optionsOf(options));
	const held = (await all.readPass(validation)).records;
	const training = sorted((await all.readPass()).records);
	const fails = await open(t, optionsOf({...options, samples: 'skip', operators: [bad(training[5]!), bad(held[2]!)]}));
	t.deepEqual((await fails.readPass(validation)).records, without(held, held[2]!));
	t.deepEqual(sorted((await fails.readPass()).records), without(training, training[5]!));
});

test('more than the limit ends the stream, and so does any without a policy', async t => {
	const operators = [bad(1), bad(2), bad(3)];
	for (const [samples, code] of [
		[{limit: {count: 2}}, 'SAMPLES_REJECTED'], [{limit: {share: 0.05}}, 'SAMPLES_REJECTED'], ['fail', 'OPERATOR_FAILED'],
	] as const) {
		const {readPass} = await open(t, optionsOf({count: 40, samples, operators, batches: {size: 8, shuffle: 'none'}}));
		await t.throwsAsync(readPass(), {code});
	}

	for (const samples of [{limit: {count: 3}}, {limit: {share: 0.075}}] as const) {
		const {readPass} = await open(t, optionsOf({count: 40, samples, operators, batches: {size: 8, shuffle: 'none'}}));
		t.is((await readPass()).records.length, 37);
	}
});

test('what a source cannot read is left out with its file and byte, before and after decoding', async t => {
	const directory = await temporaryFolder(t);
	await writeFile(path.join(directory, 'images'), idxBytes('uint8', [30, 4, 4]));
	await writeFile(path.join(directory, 'labels'), idxBytes('uint8', [30], index => (index === 9 ? 77 : index % 3)));
	const data = {train: sourceSchema.parse({images: 'images', labels: 'labels', classes: ['a', 'b', 'c']})};
	for (const shuffle of ['global', 'none'] as const) {
		const {readPass, told, feed} = await open(t, optionsOf({data, baseDirectory: directory, samples: 'skip', operators: ['standardize'], batches: {size: 8, shuffle}}));
		t.is((feed.info.operatorStates['0'] as {count: number}).count, 29 * 16, 'nothing is learnt from it');
		for (const epoch of [1, 2]) {
			t.deepEqual(sorted((await readPass({epoch})).records), without(range(0, 30), 9));
		}

		t.is(told.length, 1);
		t.like(told[0], {record: 9, code: 'LABEL_RANGE', file: path.join(directory, 'labels'), offset: 8 + 9});
	}

	const strict = await open(t, optionsOf({data, baseDirectory: directory, batches: {size: 8}}));
	await t.throwsAsync(strict.readPass(), {code: 'LABEL_RANGE'});
});

test('an image that cannot be decoded is left out', async t => {
	const directory = await temporaryFolder(t);
	await mkdir(path.join(directory, 'a'));
	for (const index of range(0, 6)) {
		await writeFile(path.join(directory, 'a', `${index}.png`), index === 4 ? 'no image' : encode({width: 4, height: 4, channels: 1, depth: 8, data: new Uint8Array(16).fill(index)}));
	}

	const {readPass, told} = await open(t, optionsOf({
		data: {train: sourceSchema.parse({folder: '.', colorMode: 'grayscale'})}, baseDirectory: directory, samples: 'skip', batches: {size: 8},
	}));
	t.deepEqual(sorted((await readPass()).records), [0, 1, 2, 3, 5]);
	t.like(told[0], {record: 4, code: 'IMAGE_UNREADABLE', file: path.join(directory, 'a/4.png')});
});

test('the stream counts what went into and out of each operator', async t => {
	const {feed, readPass} = await open(t, optionsOf({count: 40, operators: [{filter: {records: {before: 30}}}, {noise: {stddev: 1}}], batches: {size: 8, shuffle: 'none'}}));
	await readPass();
	const {operators, seconds, waitingSeconds, peaks} = await feed.statistics();
	t.deepEqual(operators.map(({name, deterministic, incoming, outgoing}) => [name, deterministic, incoming, outgoing]), [['filter', true, 40, 30], ['noise', false, 30, 30]]);
	t.true(operators[1]!.seconds > 0 && seconds >= waitingSeconds);
	t.true(peaks['decoded records']! > 0);
});

test('rejected records are told across threads', async t => {
	const told: EventBody[] = [];
	const feed = await createFeed(optionsOf({count: 40, samples: 'skip', operators: [bad(13)], batches: {size: 8}}), {
		signal: never, onEvent(event) {
			told.push(event);
		},
	});
	t.teardown(feed.close);
	const {readPass} = await attach(feed);
	t.is((await readPass()).records.length, 39);
	t.like(told[0], {type: 'sampleError', record: 13});
	t.is((await feed.statistics()).rejected, 1);
});
