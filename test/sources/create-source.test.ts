import {mkdir, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {gzipSync} from 'node:zlib';
import test from 'ava';
import {z} from 'zod';
import {createSource, type CreateSourceOptions} from '../../src/sources/create-source.ts';
import {datasets} from '../../src/sources/catalogue.ts';
import {defineSource} from '../../src/sources/define-source.ts';
import {createNetwork} from '../../src/sources/http/network.ts';
import {sourceSchema} from '../../src/sources/schema.ts';
import type {Source} from '../../src/sources/source.ts';
import {syntheticSource} from '../../src/sources/synthetic-source.ts';
import type {RecordChunk} from '../../src/tensor/example.ts';
import {collect} from '../helpers/collect.ts';
import {temporaryFolder} from '../helpers/temporary-folder.ts';
import {failsWith, idxBytes, signal, writePair} from './files.ts';

const options = (more: Partial<CreateSourceOptions> = {}): CreateSourceOptions => ({
	dataDirectory: undefined,
	baseDirectory: '/',
	loadModule: async () => undefined,
	...more,
});

test('a pair of files is found from the folder of the definition', async t => {
	const directory = await temporaryFolder(t);
	await writePair(directory);
	const config = sourceSchema.parse({images: 'images.gz', labels: './labels.gz', classes: ['a', 'b', 'c']});
	const source = await createSource(config, options({baseDirectory: directory}));
	t.is(source.id, 'images.gz');
	await collect(source.chunks({signal: signal(), chunkBytes: 1000}));
	t.deepEqual(Object.keys(source.digests()), [path.join(directory, 'images.gz'), path.join(directory, 'labels.gz')]);
});

test('a data set is found in the data folder and in a folder of its name, which wins', async t => {
	const directory = await temporaryFolder(t);
	const config = sourceSchema.parse({dataset: 'fashion-mnist', split: 'test', take: 2});
	const {images, labels} = datasets['fashion-mnist']!.test;
	const write = async (where: string, count: number): Promise<void> => {
		await writeFile(path.join(where, `${images.name}.gz`), gzipSync(idxBytes('uint8', [count, 28, 28])));
		await writeFile(path.join(where, labels.name), idxBytes('uint8', [count], () => 0));
	};

	await write(directory, 3);
	const source = await createSource(config, options({dataDirectory: directory}));
	t.is(source.id, 'fashion-mnist/test');
	const spec = await source.describe({signal: signal()});
	t.deepEqual([spec.count, spec.features.shape, spec.classes?.[9]], [2, [28, 28], 'Ankle boot']);
	await failsWith(t, collect(source.chunks({signal: signal(), chunkBytes: 1e6})), 'SHA256_MISMATCH', {expected: images.sha256});

	const own = path.join(directory, 'fashion-mnist');
	await mkdir(own);
	await write(own, 1);
	const inside = await createSource(config, options({dataDirectory: directory}));
	const insideSpec = await inside.describe({signal: signal()});
	t.is(insideSpec.count, 1);
});

test('a data set that is not there says where it looked and what to do, when nothing may be fetched', async t => {
	const directory = await temporaryFolder(t);
	const config = sourceSchema.parse({dataset: 'mnist', split: 'train'});
	const cache = path.join(directory, 'cache');
	const network = createNetwork({offline: true, cacheDirectory: cache});
	const looked = [path.join(directory, 'mnist'), directory, cache];
	await failsWith(t, createSource(config, options({dataDirectory: directory, network})), 'DATASET_NOT_FOUND', {dataset: 'mnist', looked, exitCode: 66});
	await failsWith(t, createSource(config, options({network})), 'DATASET_NOT_FOUND', {looked: [cache], exitCode: 66});
	const error = await t.throwsAsync<Error & {hint?: string}>(createSource(config, options({network})));
	t.regex(error?.hint ?? '', /pipeline data fetch mnist.*https:\/\/ossci-datasets\.s3\.amazonaws\.com\/mnist\/.*--data-dir or THREADLOOM_DATA/u);
});

test('an unknown data set names those that are known', async t => {
	for (const dataset of ['fashion', 'constructor']) {
		const config = sourceSchema.parse({dataset, split: 'train'});

		await failsWith(t, createSource(config, options()), 'DATASET_UNKNOWN', {dataset, known: ['fashion-mnist', 'mnist', 'kmnist'], exitCode: 78});
	}
});

test('the catalogue holds twelve different digests of 64 hex digits', t => {
	const digests = Object.values(datasets).flatMap(({train, test: held}) => [train.images, train.labels, held.images, held.labels].map(({sha256}) => sha256));
	t.is(new Set(digests).size, 12);
	t.true(digests.every(digest => /^[\da-f]{64}$/u.test(digest)));
});

test('the synthetic source is what its options say, the same every time, another for another seed', async t => {
	const config = sourceSchema.parse({
		synthetic: {
			count: 200, shape: [5], classes: 4, seed: 3,
		},
	});
	const source = await createSource(config, options());
	const [chunk] = await collect(source.chunks({signal: signal(), chunkBytes: 1e6}));
	const [same] = await collect(syntheticSource({
		count: 200, shape: [5], classes: 4, seed: 3,
	}).chunks({signal: signal(), chunkBytes: 1e6}));
	const [other] = await collect(syntheticSource({
		count: 200, shape: [5], classes: 4, seed: 4,
	}).chunks({signal: signal(), chunkBytes: 1e6}));
	t.deepEqual(chunk, same);
	t.notDeepEqual(chunk?.features, other?.features);
	t.is(new Set(chunk?.labels).size, 4);
});

test('each class of the synthetic source has a mean of its own', async t => {
	const [chunk] = await collect(syntheticSource({count: 400, shape: [8], classes: 2}).chunks({signal: signal(), chunkBytes: 1e6}));
	const means = [0, 1].map(label => {
		const rows = [...chunk!.labels.keys()].filter(row => chunk!.labels[row] === label);
		return Array.from({length: 8}, (_, index) => rows.reduce((sum, row) => sum + chunk!.features[(row * 8) + index]!, 0) / rows.length);
	});
	t.true(means[0]!.some((mean, index) => Math.abs(mean - means[1]![index]!) > 30));
});

const custom = sourceSchema.parse({source: './mine.js', options: {count: 3}});
const module = (chunk: Partial<RecordChunk> & Pick<RecordChunk, 'first' | 'count' | 'features'>, declared = 2) => defineSource({
	options: z.strictObject({count: z.int().max(5)}),
	create: () => ({
		id: 'mine',
		describe: async () => ({
			features: {shape: [2], dtype: 'uint8'}, label: {shape: [], dtype: 'int32'}, count: declared, classes: ['a', 'b'],
		}),
		async * chunks() {
			yield {source: 'mine', labels: new Int32Array(chunk.count), ...chunk};
		},
		digests: () => ({}),
	}),
});

const breaks = test.macro({
	title: (_, what: string) => `a source of one's own that ${what} is named`,
	async exec(t, _: string, exported: unknown, reason: string) {
		const source = await createSource(custom, options({loadModule: async () => exported}));
		await failsWith(t, collect(source.chunks({signal: signal(), chunkBytes: 1})), 'SOURCE_CONTRACT', {source: 'mine', reason});
	},
});

test(breaks, 'gives another type', module({first: 0, count: 2, features: new Float32Array(4)}), 'features are float32, declared uint8');
test(breaks, 'gives no labels', module({first: 0, count: 2, features: new Uint8Array(4), labels: undefined as never}), 'labels are undefined, expected a typed array of int32');
test(breaks, 'gives a list of numbers', module({first: 0, count: 2, features: [1, 2, 3, 4] as never}), 'features are Array, expected a typed array of uint8');
test(breaks, 'gives too few numbers', module({first: 0, count: 2, features: new Uint8Array(3)}), 'features of 2 records have 3 elements, expected 4');
test(breaks, 'leaves records out', module({first: 1, count: 2, features: new Uint8Array(4)}), 'a chunk starts at record 1, expected 0');
test(breaks, 'gives an empty chunk', module({first: 0, count: 0, features: new Uint8Array(0)}), 'a chunk has 0 records');
test(breaks, 'gives a label outside its classes', module({
	first: 0, count: 2, features: new Uint8Array(4), labels: Int32Array.of(0, 2),
}), 'a label is 2, expected 0 to 1');
test(breaks, 'goes on too long', module({first: 0, count: 2, features: new Uint8Array(4)}, 1), 'it goes on after the 1 records that it declared');
test(breaks, 'ends early', module({first: 0, count: 2, features: new Uint8Array(4)}, 3), 'it gave 2 records, declared 3');

test('a module that is no source, and options that do not fit, are refused', async t => {
	const load = (exported: unknown) => options({loadModule: async () => exported});
	const good = module({first: 0, count: 2, features: new Uint8Array(4)});
	await failsWith(t, createSource(custom, load({default: () => 1})), 'SOURCE_MODULE', {module: './mine.js', exitCode: 78});
	await failsWith(t, createSource(custom, load({default: {...good, create: () => ({id: 'x'})}})), 'SOURCE_MODULE', {exitCode: 78});
	await failsWith(t, createSource({...custom, options: {count: 9}}, load({default: good})), 'SOURCE_OPTIONS', {source: './mine.js', exitCode: 78});
	await t.notThrowsAsync(createSource(custom, load({default: good})));
});

const mine = (parts: Readonly<Record<string, unknown>>) => ({default: defineSource({
	options: z.strictObject({count: z.int()}),
	create: () => ({id: 'mine', describe: async () => ({features: {shape: [2], dtype: 'uint8'}, label: {shape: [], dtype: 'int32'}, count: 2}), digests: () => ({}), ...parts} as unknown as Source), // A part may be what no source has.
})});

const fails = test.macro({
	title: (_, what: string) => `a source of one's own that ${what} is named, and is no defect of the package`,
	async exec(t, _: string, parts: Readonly<Record<string, unknown>>, code: string, message: RegExp) {
		const reading = async () => {
			const source = await createSource(custom, options({loadModule: async () => mine({chunks: none, ...parts})}));
			await source.describe({signal: signal()});
			await collect(source.chunks({signal: signal(), chunkBytes: 1}));
		};

		await t.throwsAsync(reading, {code, message});
	},
});

async function * none(): AsyncGenerator<RecordChunk> {
	yield * [];
}

const thrower = async () => {
	throw new Error('no such\n table');
};

test(fails, 'cannot describe itself', {describe: thrower}, 'SOURCE_FAILED', /^The source "mine" failed: no such table$/u);
test(fails, 'describes nothing', {describe: async () => undefined}, 'SOURCE_CONTRACT', /describe\(\) answered undefined, expected \{features/u);
test(fails, 'has a shape that is none', {describe: async () => ({features: {shape: [-1], dtype: 'uint8'}, label: {shape: [], dtype: 'int32'}})}, 'SOURCE_CONTRACT', /features of the shape \[-1\]/u);
test(fails, 'has no dtype', {describe: async () => ({features: {shape: [2]}, label: {shape: [], dtype: 'int32'}})}, 'SOURCE_CONTRACT', /features of the dtype undefined, expected uint8/u);
test(fails, 'throws when it is asked for its chunks', {
	chunks() {
		throw new Error('no such table');
	},
}, 'SOURCE_FAILED', /^The source "mine" failed: no such table \(record 0\)$/u);
test(fails, 'gives a promise for its chunks', {chunks: async () => []}, 'SOURCE_CONTRACT', /chunks\(\) answered a promise, expected an async iterable/u);

test('a source of one\'s own may be of a class', async t => {
	class Ones implements Source {
		readonly id = 'ones';
		readonly isRepeatable = false;
		readonly #count = 3;

		async describe() {
			return {features: {shape: [1], dtype: 'uint8'}, label: {shape: [], dtype: 'int32'}, count: this.#count} as const;
		}

		async * chunks() {
			yield {source: this.id, first: 0, count: this.#count, features: new Uint8Array(this.#count).fill(1), labels: new Int32Array(this.#count)};
		}

		locate(record: number) {
			return {file: this.id, offset: record % this.#count};
		}

		digests() {
			return {ones: String(this.#count)};
		}
	}

	const definition = defineSource({options: z.looseObject({}), create: () => new Ones()});
	const source = await createSource(custom, options({loadModule: async () => ({default: definition})}));
	t.is((await source.describe({signal: signal()})).count, 3);
	t.is((await collect(source.chunks({signal: signal(), chunkBytes: 1})))[0]!.count, 3);
	t.deepEqual(source.digests(), {ones: '3'});
	t.deepEqual(source.locate!(2), {file: 'ones', offset: 2});
	t.is(source.raw, undefined);
	t.false(source.isRepeatable);
});

test('a create() that throws, and a module without a default export, are told', async t => {
	const definition = {options: z.looseObject({}), create: thrower};
	const made = createSource(custom, options({loadModule: async () => ({default: definition})}));
	await t.throwsAsync(made, {code: 'SOURCE_FAILED', message: 'The source "./mine.js" failed: no such table'});
	await t.throwsAsync(createSource(custom, options({loadModule: async () => ({squares: definition})})), {code: 'SOURCE_MODULE', message: /it has no default export, only "squares"/u});
});

const accepts = test.macro({
	title: (_, what: string, accepted: boolean) => `the schema ${accepted ? 'accepts' : 'refuses'} ${what}`,
	exec(t, _: string, accepted: boolean, value: unknown) {
		t.is(sourceSchema.safeParse(value).success, accepted);
	},
});

test(accepts, 'a data set', true, {dataset: 'mnist', split: 'train'});
test(accepts, 'a data set without a split', false, {dataset: 'mnist'});
test(accepts, 'an unknown split', false, {dataset: 'mnist', split: 'dev'});
test(accepts, 'a take of 0', false, {dataset: 'mnist', split: 'train', take: 0});
test(accepts, 'images alone', true, {images: 'a'});
test(accepts, 'a misspelt key', false, {images: 'a', label: 'b'});
test(accepts, 'two forms at once', false, {images: 'a', dataset: 'mnist', split: 'train'});
test(accepts, 'a short digest', false, {images: 'a', sha256: {images: 'abc'}});
test(accepts, 'the generator with its defaults', true, {synthetic: {}});
test(accepts, 'a module without options', true, {source: './x.js'});
