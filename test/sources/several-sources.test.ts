import fs from 'node:fs';
import {mkdir, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {gzipSync} from 'node:zlib';
import test from 'ava';
import {encode} from 'fast-png';
import type {ThreadloomError} from '../../src/errors/threadloom-error.ts';
import {datasets} from '../../src/sources/catalogue.ts';
import {concatSource} from '../../src/sources/concat-source.ts';
import {createSource} from '../../src/sources/create-source.ts';
import {idxSource} from '../../src/sources/idx-source.ts';
import {mixedSource, type MixedSourceOptions} from '../../src/sources/mixed-source.ts';
import {sourceSchema, type SourceConfig} from '../../src/sources/schema.ts';
import type {Source} from '../../src/sources/source.ts';
import {createStdinInput} from '../../src/sources/stdin-input.ts';
import {syntheticSource} from '../../src/sources/synthetic-source.ts';
import {collect} from '../helpers/collect.ts';
import {temporaryFolder} from '../helpers/temporary-folder.ts';
import {failsWith, idxBytes, signal, writePair} from './files.ts';
import {sourceConformance} from './source-conformance.ts';

const synthetic = (count: number, seed: number, shape = [2, 2]): Source => syntheticSource({
	id: `part ${seed}`, count, seed, shape, classes: 3,
});

const featuresOf = async (source: Source, chunkBytes = 1e9): Promise<number[][]> => {
	const chunks = await collect(source.chunks({signal: signal(), chunkBytes}));
	return chunks.flatMap(({features, count}) => Array.from({length: count}, (_, row) => [...features.subarray(row * 4, (row + 1) * 4)]));
};

sourceConformance('shards', {create: async () => concatSource([synthetic(3, 1), synthetic(1, 2), synthetic(5, 3)], {id: 'shards'}), hasDigests: true});

for (const stop of ['first', 'all'] as const) {
	sourceConformance(`a mixture that ends with ${stop}`, {
		create: async () => mixedSource([synthetic(9, 1), synthetic(12, 2), synthetic(6, 3)], {id: 'mix', weights: [1, 2, 1], seed: 4, stop}),
		hasDigests: true,
	});
}

test('shards follow each other and are numbered on', async t => {
	const parts = [synthetic(3, 1), synthetic(4, 2)];
	const all = concatSource(parts, {id: 'all'});
	t.is((await all.describe({signal: signal()})).count, 7);
	t.deepEqual(await featuresOf(all), [...await featuresOf(parts[0]!), ...await featuresOf(parts[1]!)]);
});

test('a definition names shards as pairs of files', async t => {
	const baseDirectory = await temporaryFolder(t);
	await writePair(baseDirectory, 5);
	const pair = {images: 'images.gz', labels: 'labels.gz'};
	const source = await createSource(sourceSchema.parse({shards: [pair, pair]}), {dataDirectory: undefined, baseDirectory, loadModule: async () => undefined});
	t.is((await source.describe({signal: signal()})).count, 10);
});

test('sources of another shape are not read as one', async t => {
	const differ = concatSource([synthetic(3, 1), synthetic(3, 2, [3, 3])], {id: 'differ'});
	await failsWith(t, differ.describe({signal: signal()}), 'SHARDS_DIFFER', {expected: '2 × 2 uint8', received: '3 × 3 uint8'});
});

test('sources whose classes differ are not read as one, and a list of classes makes folders one', async t => {
	const root = await temporaryFolder(t);
	for (const name of ['one/bag', 'one/boot', 'two/boot', 'two/coat']) {
		await mkdir(path.join(root, name), {recursive: true});
		await writeFile(path.join(root, name, '1.png'), encode({width: 1, height: 1, channels: 1, depth: 8, data: Uint8Array.of(1)}));
	}

	const made = async (classes?: string[]): Promise<readonly Source[]> => {
		const folders = ['one', 'two'].map(name => ({folder: name, colorMode: 'grayscale' as const, ...(classes && {classes})}));
		const configs: readonly SourceConfig[] = [{shards: folders}, {mix: folders.map(from => ({from, weight: 1})), seed: 1, stop: 'all'}];
		return Promise.all(configs.map(async config => createSource(config, {dataDirectory: undefined, baseDirectory: root, loadModule: async () => undefined})));
	};

	for (const source of await made()) {
		await failsWith(t, source.describe({signal: signal()}), 'CLASSES_DIFFER', {first: 'one', other: 'two', onlyFirst: ['bag'], onlyOther: ['coat']});
	}

	for (const source of await made(['bag', 'boot', 'coat'])) {
		t.deepEqual((await source.describe({signal: signal()})).classes, ['bag', 'boot', 'coat']);
		const chunks = await collect(source.chunks({signal: signal(), chunkBytes: 1e9}));
		t.deepEqual(chunks.flatMap(({labels}) => [...labels]).toSorted((a, b) => a - b), [0, 1, 1, 2]);
	}
});

test('sources of which one names no classes are one without names, and the named ones are compared all the same', async t => {
	const named = (classes?: readonly string[]): Source => ({...synthetic(3, 1), describe: async () => ({features: {shape: [2, 2], dtype: 'uint8'}, label: {shape: [], dtype: 'int32'}, count: 3, ...(classes && {classes})})});
	const spec = await concatSource([named(), named(['a', 'b'])], {id: 'some'}).describe({signal: signal()});
	t.false('classes' in spec);
	await failsWith(t, concatSource([named(), named(['a', 'b']), named(['b', 'a'])], {id: 'differ'}).describe({signal: signal()}), 'CLASSES_DIFFER', {onlyFirst: []});
});

test('data sets of the catalogue are mixed by their numbers alone where one is given without names', async t => {
	const named = (id: string, classes?: readonly string[]): Source => ({...synthetic(3, 1), id, describe: async () => ({features: {shape: [2, 2], dtype: 'uint8'}, label: {shape: [], dtype: 'int32'}, count: 3, ...(classes && {classes})})});
	const [mnist, kmnist] = [datasets['mnist']!.classes, datasets['kmnist']!.classes];
	const mixed = (classes?: readonly string[]): Source => mixedSource([named('mnist', mnist), named('kmnist', classes)], {id: 'mix', weights: [1, 1], seed: 1, stop: 'first'});
	const error = await t.throwsAsync<ThreadloomError>(async () => mixed(kmnist).describe({signal: signal()}), {code: 'CLASSES_DIFFER', message: /only mnist has 0, .*only kmnist has o, ki/u});
	t.regex(error?.hint ?? '', /catalogue.*without names, `\{images: FILE, labels: FILE\}`/u);
	t.false('classes' in await mixed().describe({signal: signal()}));
});

const mix = (options: Partial<MixedSourceOptions>, counts = [400, 400]): Source =>
	mixedSource(counts.map((count, index) => synthetic(count, index + 1)), {id: 'mix', weights: [3, 1], seed: 5, stop: 'first', ...options});

const partsOf = async (source: Source, counts = [400, 400]): Promise<number[]> => {
	const keys = await Promise.all(counts.map(async (count, index) => new Map((await featuresOf(synthetic(count, index + 1))).map((row, record) => [String(row), record]))));
	const rows = await featuresOf(source);
	return rows.map(row => keys.findIndex(key => key.has(String(row))));
};

test('a mixture draws its sources by weight, the same for every size of the chunks, and by another seed otherwise', async t => {
	const parts = await partsOf(mix({}));
	const share = parts.filter(part => part === 0).length / parts.length;
	t.true(share > 0.68 && share < 0.82, `share ${share}`);
	t.deepEqual(await featuresOf(mix({}), 1), await featuresOf(mix({})));
	t.notDeepEqual(await partsOf(mix({seed: 6})), parts);
	t.is((await mix({}).describe({signal: signal()})).count, parts.length);
});

test('a mixture finds the record behind each place, wherever it is asked for', async t => {
	const counts = [5, 9, 3];
	for (const stop of ['first', 'all', 'never'] as const) {
		const parts = counts.map((count, index): Source => ({...synthetic(count, index + 1), locate: record => ({file: String(index), offset: record})}));
		const source = mixedSource(parts, {id: 'mix', weights: [1, 2, 1], seed: 5, stop});
		const rows = await Promise.all(parts.map(async part => featuresOf(part)));
		const spec = await source.describe({signal: signal()});
		const places = Math.min(spec.count!, 60);
		const seen: number[][] = [];
		for await (const {features, count} of source.chunks({signal: signal(), chunkBytes: 16})) {
			seen.push(...Array.from({length: count}, (_, row) => [...features.subarray(row * 4, (row + 1) * 4)]));
			if (seen.length >= places) {
				break;
			}
		}

		for (const place of [...Array.from({length: places}).keys(), 3, places - 1, 0]) {
			const {file, offset} = source.locate!(place)!;
			t.deepEqual(rows[Number(file)]![offset!], seen[place], `${stop}, place ${place}`);
		}
	}
});

test('a mixture of sources of unknown length starts at the first record, wherever it is asked to', async t => {
	const unknown = (source: Source): Source => ({...source, describe: async options => ({...await source.describe(options), count: undefined})});
	const mixed = mixedSource([unknown(synthetic(9, 1)), unknown(synthetic(9, 2))], {id: 'mix', weights: [1, 1], seed: 4, stop: 'all'});
	await mixed.describe({signal: signal()});
	const [first] = await collect(mixed.chunks({signal: signal(), chunkBytes: 1e9, from: 5}));
	t.is(first!.first, 0);
	t.is(first!.count, 18);
});

test('a mixture that ends with all gives every record', async t => {
	const rows = await featuresOf(mix({stop: 'all'}, [5, 30]));
	const expected = [...await featuresOf(synthetic(5, 1)), ...await featuresOf(synthetic(30, 2))];
	t.deepEqual(rows.map(String).toSorted(), expected.map(String).toSorted());
});

test('a mixture without end starts its sources again', async t => {
	const source = mix({stop: 'never'}, [3, 4]);
	t.is((await source.describe({signal: signal()})).count, Number.POSITIVE_INFINITY);
	const seen = new Map<string, number>();
	for await (const {features, count} of source.chunks({signal: signal(), chunkBytes: 16})) {
		for (let row = 0; row < count; row++) {
			const key = String(features.subarray(row * 4, (row + 1) * 4));
			seen.set(key, (seen.get(key) ?? 0) + 1);
		}

		if ([...seen.values()].reduce((a, b) => a + b, 0) > 200) {
			break;
		}
	}

	t.is(seen.size, 7);
	t.true([...seen.values()].every(times => times > 5));
});

test('the standard input is read once, after its header was looked at', async t => {
	const directory = await temporaryFolder(t);
	const file = path.join(directory, 'images.gz');
	const bytes = gzipSync(idxBytes('uint8', [6, 2, 2]));
	await writeFile(file, bytes);
	const descriptor = fs.openSync(file, 'r');
	t.teardown(() => {
		fs.closeSync(descriptor);
	});
	const source = idxSource({id: '-', images: createStdinInput({descriptor})});
	t.false(source.isRepeatable);
	t.is((await source.describe({signal: signal()})).count, 6);
	t.is((await source.describe({signal: signal()})).count, 6);
	const chunks = await collect(source.chunks({signal: signal(), chunkBytes: 1}));
	t.is(chunks.length, 6);
	t.regex(source.digests()['-']!, /^[\da-f]{64}$/u);
});

test('a terminal or a null device in place of a pipe is told', async t => {
	const descriptor = fs.openSync('/dev/null', 'r');
	t.teardown(() => {
		fs.closeSync(descriptor);
	});
	await failsWith(t, collect(createStdinInput({descriptor}).bytes({signal: signal()})), 'STDIN_MISSING', {exitCode: 66});
});
