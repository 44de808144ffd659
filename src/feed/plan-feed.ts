import type {SplitName} from '../batching/pass.ts';
import {shareOf} from '../batching/split.ts';
import {inputMapOf, planOperators} from '../operators/plan.ts';
import type {ExampleSpec} from '../tensor/example.ts';
import type {TensorSpec} from '../tensor/shape.ts';
import {boundsOf, type Budgets} from './budgets.ts';
import {epochCount, epochLimit, isEndless} from './epoch-length.ts';
import type {FeedInfo} from './feed.ts';
import type {InThreadFeedOptions} from './options.ts';
import {planStream} from './plan-stream.ts';
import {storedBytes} from './record-store.ts';

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
	/** The most that each part holds, in bytes. */
	readonly bounds: Readonly<Record<string, number>>;
}

/**
 * Tells what a stream will do, from the headers of its files alone; of a data set of the catalogue that is not here,
 * from the catalogue.
 *
 * Operator modules are loaded in the calling thread.
 * @throws the codes of sources and operators, MEMORY_TOO_SMALL, SOURCE_ENDLESS, SPLITS_DIFFER, CLASSES_DIFFER
 */
export const planFeed = async (options: InThreadFeedOptions, {signal}: {readonly signal: AbortSignal}): Promise<FeedPlan> => {
	const {operatorStates = {}, fuse = true, data} = options;
	const {loader, steps, described, plan, budgets} = await planStream(options, {signal, isPlanned: true});
	const [train, test] = [described.train?.spec, described.test?.spec];
	const sources: Partial<Record<SplitName, ExampleSpec>> = {};
	const splits: Partial<Record<SplitName, ExampleSpec>> = {};
	const add = (split: SplitName, spec: ExampleSpec, count: number | undefined): void => {
		sources[split] = spec;
		splits[split] = planOperators(steps, {...spec, count}, {fuse}).output;
	};

	if (train !== undefined) {
		const fraction = data.validation?.fraction ?? 0;
		const validated = train.count === undefined || isEndless(train.count) ? undefined : shareOf(train.count, fraction);
		add('train', train, epochCount(validated === undefined ? train.count : train.count! - validated, epochLimit(options)));
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
		bounds: boundsOf(budgets, {decoded: [train, test].reduce((sum, spec) => sum + (spec === undefined ? 0 : storedBytes(spec)), 0)}),
	};
};
