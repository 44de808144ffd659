import type {SplitName} from '../batching/pass.ts';
import {inputMapOf, planOperators, type OperatorPlan} from '../operators/plan.ts';
import {createMeter} from '../stream/meter.ts';
import type {ExampleSpec} from '../tensor/example.ts';
import type {InputMap} from '../tensor/input-map.ts';
import {createChoice} from './choice.ts';
import {epochCount, epochLimit} from './epoch-length.ts';
import {fitOperators} from './fit-operators.ts';
import {iterate} from './iterate.ts';
import {linksOf, splitChoice} from './links.ts';
import {splitSources} from './open-sources.ts';
import {chainOf, type ChainLink} from './operator-chain.ts';
import type {InThreadFeedOptions} from './options.ts';
import {readableOnly, representableOnly} from './readable-only.ts';
import type {PassContext, PassTally} from './run-pass.ts';
import {epochExamples, type SplitSet} from './split-set.ts';
import type {StreamParts} from './stream-parts.ts';

/** A split as its passes need it, and what comes out of them. */
export interface OpenSplit {
	readonly context: PassContext;
	/** Behind the last operator. */
	readonly spec: ExampleSpec;
}

/** The splits of a stream, with what was learnt from the training share. */
export interface OpenSplits {
	readonly splits: Readonly<Partial<Record<SplitName, OpenSplit>>>;
	readonly states: Readonly<Record<string, unknown>>;
	readonly input: InputMap;
	/** What the passes add up to. */
	readonly tally: PassTally;
}

/** What the operators of every pass of a stream are made with, the pass aside. */
const sharedBy = ({stage, rejects, watch, budgets}: StreamParts, {seed}: InThreadFeedOptions) =>
	({seed, stage, rejects, watch, budget: budgets.flow + budgets.operators});

/** All operators, the fused ones too: each may need to be fitted. */
const allLinks = ({steps, specs}: OperatorPlan): readonly ChainLink[] =>
	steps.map((step, index) => ({step, input: specs[index]!, output: specs[index + 1]!}));

const fit = async (train: SplitSet | undefined, options: InThreadFeedOptions, parts: StreamParts, signal: AbortSignal): Promise<OpenSplits['states']> => {
	const shared = sharedBy(parts, options);
	return fitOperators(allLinks(parts.plan), {
		given: options.operatorStates ?? {},
		examplesThrough(links, states) {
			if (train === undefined) {
				return undefined;
			}

			const gate = {meter: createMeter(), budget: shared.budget, signal};
			const through = chainOf([...readableOnly(parts.rejects, parts.first.spec), ...links], {...shared, ...gate, states, epoch: 0, training: true});
			return iterate(through(epochExamples(train, {...gate, limit: epochLimit(options), epoch: 1})), gate);
		},
	});
};

const openSplit = async (
	name: SplitName,
	set: SplitSet,
	options: InThreadFeedOptions,
	parts: StreamParts,
	{states, input, tally, signal}: Omit<OpenSplits, 'splits'> & {readonly signal: AbortSignal},
): Promise<OpenSplit> => {
	const {batches, seed, fuse = true, checkInputs} = options;
	const {steps, stage, rejects, watch, budgets, closing} = parts;
	const isTraining = name === 'train';
	const limit = isTraining ? epochLimit(options) : undefined;
	const plan = planOperators(steps, {...set.cached.spec, count: set.count}, {fuse});
	const links = [...readableOnly(rejects, plan.specs[0]!), ...linksOf(plan), ...representableOnly(rejects, plan.specs[plan.fusedFrom]!)];
	const chosen = createChoice(set, links, {...sharedBy(parts, options), states, signal: closing});
	let {count} = plan.output;
	// A batch of everything has as many rows as there are examples, so they are counted beforehand.
	if (isTraining && batches.size === 'all' && count === undefined && splitChoice(links).chooses.length > 0) {
		const records = await chosen({signal});
		count = records?.length;
	}

	return {
		spec: {...plan.output, count: epochCount(count, limit)},
		context: {set, links, chosen, count, limit, batches, input, budgets, tally, seed, chain: {states, stage, rejects, watch, checkInputs}},
	};
};

/** Splits the validation share off, fits the operators that learn something, and opens each split. */
export const openSplits = async (options: InThreadFeedOptions, parts: StreamParts, {signal}: {readonly signal: AbortSignal}): Promise<OpenSplits> => {
	const sets = await splitSources(options, parts.cached, {signal});
	const states = await fit(sets.train, options, parts, signal);
	const input = inputMapOf(parts.plan, states);
	const tally: PassTally = {trainingMs: 0, waitingMs: 0, peaks: {held: 0, window: 0, operators: 0, waiting: 0}};
	const splits: Partial<Record<SplitName, OpenSplit>> = {};
	for (const name of ['train', 'validation', 'test'] as const) {
		const set = sets[name];
		if (set !== undefined) {
			splits[name] = await openSplit(name, set, options, parts, {states, input, tally, signal});
		}
	}

	return {splits, states, input, tally};
};
