import type {SplitName} from '../batching/pass.ts';
import {splitMembership} from '../batching/split.ts';
import {createError} from '../errors/threadloom-error.ts';
import type {OnEvent} from '../events/schema.ts';
import {createSource} from '../sources/create-source.ts';
import {createNetwork} from '../sources/http/network.ts';
import {checkClasses} from '../sources/same-classes.ts';
import type {Source} from '../sources/source.ts';
import {formatSpec, type ExampleSpec} from '../tensor/example.ts';
import {sameTensor} from '../tensor/shape.ts';
import type {CachedSource} from './cached-source.ts';
import type {ModuleLoader} from './module-loader.ts';
import type {InThreadFeedOptions} from './options.ts';
import type {SplitSet} from './split-set.ts';
import {withSwapsTold} from './swapped.ts';

/** A source whose headers were read. */
export interface DescribedSource {
	readonly source: Source;
	readonly spec: ExampleSpec;
}

export type DescribedSources = Readonly<Partial<Record<'train' | 'test', DescribedSource>>>;
export type SplitSets = Readonly<Partial<Record<SplitName, SplitSet>>>;

/** @throws SPLITS_DIFFER, CLASSES_DIFFER */
const checkAlike = (train: ExampleSpec, test: ExampleSpec): void => {
	if (!sameTensor(train.features, test.features) || !sameTensor(train.label, test.label)) {
		throw createError('SPLITS_DIFFER', {split: 'test', expected: formatSpec(train), received: formatSpec(test)});
	}

	checkClasses({name: 'train', classes: train.classes}, {name: 'test', classes: test.classes});
};

/** Makes the sources of the data and reads their headers. @throws SPLITS_DIFFER, CLASSES_DIFFER, and the codes of the sources */
export const describeSources = async (
	{data, baseDirectory, dataDirectory, allowTrailing = false, network: networkOptions}: Pick<InThreadFeedOptions, 'data' | 'baseDirectory' | 'dataDirectory' | 'allowTrailing' | 'network'>,
	{loader, signal, onEvent, isPlanned}: {readonly loader: ModuleLoader; readonly signal: AbortSignal; readonly onEvent?: OnEvent | undefined; readonly isPlanned?: boolean},
): Promise<DescribedSources> => {
	const network = createNetwork(networkOptions, onEvent && {onEvent});
	const told = new Set<string>();
	/** Once a file, however many passes come to its end. */
	const onTrailing = (file: string, bytes: number): void => {
		if (!told.has(file)) {
			told.add(file);
			onEvent?.({type: 'warning', code: 'IDX_TRAILING', message: `${bytes} ${bytes === 1 ? 'byte' : 'bytes'} after the last record of ${file} ${bytes === 1 ? 'is' : 'are'} left out`});
		}
	};

	const described: Partial<Record<'train' | 'test', DescribedSource>> = {};
	for (const name of ['train', 'test'] as const) {
		const config = data[name];
		if (config !== undefined) {
			const source = await createSource(config, {baseDirectory, dataDirectory, loadModule: loader.load, network, isPlanned, at: ['data', name], ...(allowTrailing && {onTrailing})});
			described[name] = {source, spec: await source.describe({signal})};
		}
	}

	const [train, test] = [described.train?.spec, described.test?.spec];
	if (train !== undefined && test !== undefined) {
		withSwapsTold({train, test}, () => {
			checkAlike(train, test);
		});
	}

	return described;
};

/** Splits the validation share off; reads the training source where its length or its labels must be known. */
export const splitSources = async (
	{data: {validation}, seed}: Pick<InThreadFeedOptions, 'data' | 'seed'>,
	cached: Readonly<Partial<Record<'train' | 'test', CachedSource>>>,
	{signal}: {readonly signal: AbortSignal},
): Promise<SplitSets> => {
	const sets: Partial<Record<SplitName, SplitSet>> = {};
	const {train, test} = cached;
	if (test !== undefined) {
		sets.test = {cached: test, membership: undefined, count: test.spec.count};
	}

	if (train === undefined) {
		return sets;
	}

	const {fraction = 0, stratify = false} = validation ?? {};
	if (fraction === 0) {
		sets.train = {cached: train, membership: undefined, count: train.spec.count};
		return sets;
	}

	const store = stratify || train.spec.count === undefined ? await train.complete({signal}) : undefined;
	const count = store?.count ?? train.spec.count!;
	const marks = splitMembership({
		seed, fraction, stratify, count, labels: store?.labels(),
	});
	const validated = marks.reduce((sum, mark) => sum + mark, 0);
	sets.train = {cached: train, membership: {marks, part: 0}, count: count - validated};
	sets.validation = {cached: train, membership: {marks, part: 1}, count: validated};
	return sets;
};
