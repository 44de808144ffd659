import test, {type ExecutionContext} from 'ava';
import {map} from 'rxjs';
import {z} from 'zod';
import type {ThreadloomError} from '../../src/errors/threadloom-error.ts';
import {createFeed, createInThreadFeed} from '../../src/feed/create-feed.ts';
import type {Feed} from '../../src/feed/feed.ts';
import type {InThreadFeedOptions} from '../../src/feed/options.ts';
import {planFeed} from '../../src/feed/plan-feed.ts';
import {defineOperator} from '../../src/operators/define-operator.ts';
import type {StandardizeState} from '../../src/operators/standardize.ts';
import {sourceSchema} from '../../src/sources/schema.ts';
import {fixture} from '../cli/workspace.ts';
import {applyInputMap} from '../helpers/apply-input-map.ts';
import {attach, never, optionsOf} from './helpers.ts';

const open = async (t: ExecutionContext, options: InThreadFeedOptions): Promise<Feed> => {
	const feed = await createInThreadFeed(options, {signal: never});
	t.teardown(feed.close);
	return feed;
};

test('fused or not, the model reads the same numbers out of the ring', async t => {
	const operators = [{standardize: {per: 'feature'}}, {normalize: {from: [-3, 3], to: [0, 1]}}, {reshape: {shape: [4, 4, 1]}}, 'one-hot'];
	const read = async (fuse: boolean) => {
		const feed = await open(t, optionsOf({count: 50, operators, fuse, batches: {size: 8}, validation: {fraction: 0.2}}));
		const {input} = feed.info;
		const {readPass} = await attach(feed);
		const {batches} = await readPass();
		return batches.map(({features, labels, records}) => {
			const size = features.length / records.length;
			const width = labels.length / records.length;
			return records.map((record, row) => ({
				record,
				...applyInputMap(input, {
					features: Float32Array.from(features.slice(row * size, (row + 1) * size)),
					label: width === 1 ? labels[row]! : Float32Array.from(labels.slice(row * width, (row + 1) * width)),
				}),
			})).filter(({record}) => record >= 0);
		});
	};

	t.deepEqual(await read(true), await read(false));
});

test('a fused stream carries bytes and class indices', async t => {
	const feed = await open(t, optionsOf({operators: ['normalize', 'one-hot']}));
	t.deepEqual(feed.info.input.slot, {features: {shape: [4, 4], dtype: 'uint8'}, label: {shape: [], dtype: 'int32'}});
	t.is(feed.info.input.affine.length, 1);
	t.deepEqual(feed.info.input.oneHot, {classes: 10});
	t.deepEqual(feed.info.splits.train!.label, {shape: [10], dtype: 'float32'});
	t.deepEqual(feed.info.sources.train!.label, {shape: [], dtype: 'int32'});
});

test('an operator learns from the training share alone, and not again from a checkpoint\'s state', async t => {
	const options = optionsOf({count: 50, operators: ['standardize'], validation: {fraction: 0.2}});
	const feed = await open(t, options);
	const state = feed.info.operatorStates['0'] as StandardizeState;
	t.is(state.count, 40 * 16);
	const given = {count: 1, mean: [3], deviation: [2]};
	const other = await open(t, {...options, operatorStates: {0: given}});
	t.deepEqual(other.info.operatorStates, {0: given});
	t.deepEqual(other.info.input.affine, [{scale: 0.5, offset: -1.5}]);
});

test('an operator that learns needs training data or a state', async t => {
	const test_ = sourceSchema.parse({synthetic: {count: 10}});
	await t.throwsAsync(open(t, optionsOf({data: {test: test_}, operators: ['standardize']})), {code: 'OPERATOR_FAILED', message: /training data/u});
});

test('a test split is read in order, with as many rows as its slots have', async t => {
	const data = {train: sourceSchema.parse({synthetic: {count: 30, shape: [4]}}), test: sourceSchema.parse({synthetic: {count: 20, shape: [4], seed: 5}})};
	const feed = await open(t, optionsOf({data, batches: {size: 4, remainder: 'drop'}}));
	t.is(feed.info.splits.test!.count, 20);
	const {readPass} = await attach(feed);
	const {batches, records} = await readPass({lane: 'evaluation', split: 'test'});
	t.deepEqual(batches.map(({count}) => count), [8, 8, 4]);
	t.is(records.length, 20);
	t.true(records.every((record, row) => record === row));
});

test('splits of different shapes are refused', async t => {
	const data = {train: sourceSchema.parse({synthetic: {shape: [4]}}), test: sourceSchema.parse({synthetic: {shape: [5]}})};
	await t.throwsAsync(open(t, optionsOf({data})), {code: 'SPLITS_DIFFER'});
});

test('a file of labels in the place of the images, and the other way round, are told as swapped', async t => {
	const images = fixture('tiny/images.gz');
	const labels = fixture('tiny/labels.gz');
	const swapped = sourceSchema.parse({images: labels, labels: images});
	const right = sourceSchema.parse({images, labels});
	const cases = [
		{options: optionsOf({data: {train: swapped, test: right}}), code: 'SPLITS_DIFFER', split: 'train'},
		{options: optionsOf({data: {train: right, test: swapped}}), code: 'SPLITS_DIFFER', split: 'test'},
		{options: optionsOf({data: {train: swapped}, operators: [{reshape: {shape: [4, 4, 1]}}]}), code: 'OPERATOR_SPEC', split: 'train'},
	];
	for (const {options, code, split} of cases) {
		const expected = {code, hint: `The images and the labels of data.${split} look swapped: each image is one number and each label 4 × 4.`};
		t.like(await t.throwsAsync(open(t, options)), expected);
		t.like(await t.throwsAsync(planFeed(options, {signal: never})), expected);
	}

	const other = optionsOf({data: {train: right}, operators: [{reshape: {shape: [5]}}]});
	t.notRegex((await t.throwsAsync<ThreadloomError>(open(t, other))).hint!, /swapped/u);
});

test('splits whose classes differ in name or order are refused, in a plan too', async t => {
	const tiny = (classes: readonly string[]) => sourceSchema.parse({images: fixture('tiny/images.gz'), labels: fixture('tiny/labels.gz'), classes});
	const cases = [
		{test: ['a', 'c', 'handbag'], says: /only train has b; only test has handbag/u},
		{test: ['a', 'b', 'c', 'd'], says: /: only test has d$/u},
		{test: ['b', 'a', 'c'], says: /train has a, b, c; test has b, a, c/u},
	];
	for (const {test: classes, says} of cases) {
		const options = optionsOf({data: {train: tiny(['a', 'b', 'c']), test: tiny(classes)}});
		await t.throwsAsync(open(t, options), {code: 'CLASSES_DIFFER', message: says});
		await t.throwsAsync(planFeed(options, {signal: never}), {code: 'CLASSES_DIFFER', message: says});
	}

	const unnamed = sourceSchema.parse({images: fixture('tiny/images.gz'), labels: fixture('tiny/labels.gz')});
	await t.notThrowsAsync(open(t, optionsOf({data: {train: tiny(['a', 'b', 'c']), test: unnamed}})));
});

test('an operator may be a function in code', async t => {
	const double = defineOperator({
		options: z.strictObject({by: z.number().default(2)}),
		cardinality: 'one',
		output: spec => ({...spec, features: {...spec.features, dtype: 'float32'}}),
		create: ({by}) => map(example => ({...example, features: Float32Array.from(example.features, value => value * by)})),
	});
	const plain = await open(t, optionsOf({count: 8, batches: {size: 8}}));
	const doubled = await open(t, {...optionsOf({count: 8, batches: {size: 8}}), operators: [{operator: double, name: 'double', options: {by: 3}}]});
	const expected = await (await attach(plain)).readPass();
	const {batches} = await (await attach(doubled)).readPass();
	t.deepEqual(batches[0]!.features, expected.batches[0]!.features.map(value => value * 3));
});

test('a stream in its own thread brings what one in the calling thread brings', async t => {
	const options = optionsOf({count: 50, operators: ['./fixtures/noise.js', 'one-hot'], batches: {size: 8}, validation: {fraction: 0.2}});
	const threaded = await createFeed(options, {signal: never});
	t.teardown(threaded.close);
	const here = await open(t, options);
	t.deepEqual(threaded.info, here.info);
	const one = await attach(threaded);
	const other = await attach(here);
	t.deepEqual(await one.readPass({epoch: 3}), await other.readPass({epoch: 3}));
	t.deepEqual(await threaded.read('train', [4, 2]), await here.read('train', [4, 2]));
	t.deepEqual(await threaded.digests(), await here.digests());
});

test('a plan tells what the feed will say of itself, and where each operator runs', async t => {
	const options = optionsOf({count: 101, operators: [{skip: {count: 3}}, 'normalize', {reshape: {shape: [16]}}, 'one-hot'], validation: {fraction: 0.2}});
	const plan = await planFeed(options, {signal: never});
	const feed = await open(t, options);
	t.deepEqual(plan.info, feed.info);
	t.deepEqual(plan.stages.map(({name, where}) => `${name} ${where}`), ['source source', 'skip stream', 'normalize engine', 'reshape engine', 'one-hot engine']);
	t.deepEqual(plan.stages.at(-1)!.features, {shape: [16], dtype: 'float32'});
});

test('a plan takes what it needs of data sets that are not here from the catalogue, inside shards and mixtures too', async t => {
	const data = {
		train: sourceSchema.parse({shards: [{dataset: 'mnist', split: 'train', take: 100}, {dataset: 'mnist', split: 'test'}]}),
		test: sourceSchema.parse({mix: [{from: {dataset: 'mnist', split: 'test'}}], stop: 'all'}),
	};
	const options = {...optionsOf({data, operators: ['normalize']}), network: {cacheDirectory: t.title}};
	const {info} = await planFeed(options, {signal: never});
	t.deepEqual([info.splits.train!.count, info.splits.test!.count], [10_100, 10_000]);
	t.deepEqual(info.input.features.shape, [28, 28]);
	await t.throwsAsync(open(t, {...options, network: {...options.network, offline: true}}), {code: 'DATASET_NOT_FOUND'});
});

test('a plan does without what is learnt from the data', async t => {
	const plan = await planFeed(optionsOf({operators: ['standardize', 'one-hot']}), {signal: never});
	t.deepEqual(plan.info.input.affine, []);
	t.deepEqual(plan.info.input.oneHot, {classes: 10});
});

test('a plan bounds each hold of the stream, within the memory', async t => {
	const memory = 8 * 1024 * 1024;
	const options = optionsOf({count: 400, memory, operators: ['one-hot', {mixup: {window: 64}}], batches: {size: 8, shuffle: {window: 100}}});
	const {bounds} = await planFeed(options, {signal: never});
	t.true(Object.values(bounds).reduce((sum, bytes) => sum + bytes, 0) <= memory);
	t.is(bounds['decoded records'], 400 * (16 + 4), 'never more than there is');

	const feed = await open(t, options);
	const {readPass, ring} = await attach(feed);
	t.is((await readPass()).records.length, 400);
	const {peaks} = await feed.statistics();
	t.is(peaks['shuffle window'], 101 * (16 * 4 + 10 * 4), 'the one that pushes another out is there, too');
	for (const part of ['chunks in flight', 'operators', 'decoded records', 'between reader and ring']) {
		t.true(peaks[part]! > 0 && peaks[part]! <= bounds[part]! + bounds['shuffle window']!, `${part}: ${peaks[part]} of ${bounds[part]}`);
	}

	t.true(peaks['operators']! <= bounds['operators']!);
	t.is(peaks['ring'], ring.train.data.byteLength + ring.evaluation.data.byteLength);
});
