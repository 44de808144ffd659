import type {SplitName} from '../batching/pass.ts';
import {shareOf} from '../batching/split.ts';
import {createError, ThreadloomError} from '../errors/threadloom-error.ts';
import {inputMapOf, planOperators, slotSpecOf} from '../operators/plan.ts';
import {resolveOperators} from '../operators/resolve.ts';
import {datasets} from '../sources/catalogue.ts';
import type {SourceConfig} from '../sources/schema.ts';
import type {ExampleSpec} from '../tensor/example.ts';
import type {TensorSpec} from '../tensor/shape.ts';
import {shareMemory, type Budgets} from './budgets.ts';
import type {FeedInfo} from './feed.ts';
import {createModuleLoader, type ModuleLoader} from './module-loader.ts';
import {describeSources} from './open-sources.ts';
import type {InThreadFeedOptions} from './options.ts';

/** What comes out of the source and of each operator. */
export interface PlannedStage {
	/** `source`, or the operator's name in the definition. */
	readonly name: string;
	readonly features: TensorSpec;
	readonly label: TensorSpec;
	/** Where it happens: read from the source, run in the stream, or left to the engine's graph. */
	readonly where: 'source' | 'stream' | 'engine';
}

export interface FeedPlan {
	/** What the feed will say of itself; what is learnt from the data is missing in it. */
	readonly info: FeedInfo;
	readonly stages: readonly PlannedStage[];
	/** How the memory is shared out, in bytes. */
	readonly memory: Budgets;
}

/** What the catalogue knows of a data set whose files are not here. */
const fromCatalogue = (config: SourceConfig | undefined): ExampleSpec | undefined => {
	const entry = config !== undefined && 'dataset' in config ? datasets[config.dataset] : undefined;
	return entry && {features: {shape: entry.shape, dtype: 'uint8'}, label: {shape: [], dtype: 'int32'}, count: undefined, classes: entry.classes};
};

const specsOf = async (
	options: InThreadFeedOptions,
	{loader, signal}: {readonly loader: ModuleLoader; readonly signal: AbortSignal},
): Promise<{readonly train: ExampleSpec | undefined; readonly test: ExampleSpec | undefined}> => {
	try {
		const {train, test} = await describeSources(options, {loader, signal});
		return {train: train?.spec, test: test?.spec};
	} catch (error) {
		const known = {train: fromCatalogue(options.data.train), test: fromCatalogue(options.data.test)};
		if (!(error instanceof ThreadloomError) || error.code !== 'DATASET_NOT_FOUND' || known.train === undefined) {
			throw error;
		}

		return known;
	}
};

/**
 * Tells what a stream will do, from the headers of its files alone; of a data set of the catalogue that is not here,
 * from the catalogue, its counts left open.
 *
 * Operator modules are loaded in the calling thread.
 * @throws the codes of sources and operators, MEMORY_TOO_SMALL, SPLITS_DIFFER
 */
export const planFeed = async (options: InThreadFeedOptions, {signal}: {readonly signal: AbortSignal}): Promise<FeedPlan> => {
	const {operators, baseDirectory, operatorDirectories = [], operatorStates = {}, memory, chunkBytes, batches, fuse = true, data} = options;
	const loader = createModuleLoader({baseDirectory, allowed: operatorDirectories});
	const steps = await resolveOperators(operators, {loadModule: loader.load});
	const {train, test} = await specsOf(options, {loader, signal});
	const first = train ?? test;
	if (first === undefined) {
		throw createError('INTERNAL', {reason: 'a stream was planned without data'});
	}

	const plan = planOperators(steps, first, {fuse});
	const budgets = shareMemory({
		memory, chunkBytes, batches, input: first, output: {...slotSpecOf(plan), count: plan.output.count}, holds: plan.holds,
	});
	const sources: Partial<Record<SplitName, ExampleSpec>> = {};
	const splits: Partial<Record<SplitName, ExampleSpec>> = {};
	const add = (split: SplitName, spec: ExampleSpec, count: number | undefined): void => {
		sources[split] = spec;
		splits[split] = planOperators(steps, {...spec, count}, {fuse}).output;
	};

	if (train !== undefined) {
		const fraction = data.validation?.fraction ?? 0;
		const validated = train.count === undefined ? undefined : shareOf(train.count, fraction);
		add('train', train, validated === undefined ? undefined : train.count! - validated);
		if (fraction > 0) {
			add('validation', train, validated);
		}
	}

	if (test !== undefined) {
		add('test', test, test.count);
	}

	const stages = plan.specs.map(({features, label}, index): PlannedStage => ({
		name: index === 0 ? 'source' : steps[index - 1]!.name,
		features,
		label,
		where: index === 0 ? 'source' : (index <= plan.fusedFrom ? 'stream' : 'engine'),
	}));
	return {
		info: {
			splits, sources, input: inputMapOf(plan, operatorStates), operatorStates, operatorDigests: loader.digests(),
		},
		stages,
		memory: budgets,
	};
};
