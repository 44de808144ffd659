import {createError} from '../errors/threadloom-error.ts';
import type {OnEvent} from '../events/schema.ts';
import type {OperatorStep} from '../operators/operator.ts';
import {planOperators, slotSpecOf, type OperatorPlan} from '../operators/plan.ts';
import {resolveOperators} from '../operators/resolve.ts';
import {shareMemory, type Budgets} from './budgets.ts';
import {isEndless} from './epoch-length.ts';
import {createModuleLoader, type ModuleLoader} from './module-loader.ts';
import {describeSources, type DescribedSource, type DescribedSources} from './open-sources.ts';
import type {InThreadFeedOptions} from './options.ts';
import {withSwapsTold} from './swapped.ts';

/** What is known of a stream once the headers of its sources were read. */
export interface StreamPlan {
	readonly loader: ModuleLoader;
	readonly steps: readonly OperatorStep[];
	readonly described: DescribedSources;
	/** The source that decides the shapes: of training, or without that of the test. */
	readonly first: DescribedSource;
	readonly plan: OperatorPlan;
	readonly budgets: Budgets;
}

/** @throws SOURCE_ENDLESS when a definition needs the end of a source that has none */
const checkEndless = (
	{train, test}: DescribedSources,
	{batches, stepsPerEpoch, data}: Pick<InThreadFeedOptions, 'batches' | 'stepsPerEpoch' | 'data'>,
): void => {
	if (test !== undefined && isEndless(test.spec.count)) {
		throw createError('SOURCE_ENDLESS', {source: test.source.id, reason: 'a test split has to'});
	}

	if (train === undefined || !isEndless(train.spec.count)) {
		return;
	}

	const reasons = [
		[stepsPerEpoch === undefined, 'nothing says how long an epoch is'],
		[batches.shuffle === 'global', 'a global shuffle needs all records'],
		[batches.size === 'all', 'a batch of everything has no size'],
		[(data.validation?.fraction ?? 0) > 0, 'a validation share needs their number'],
	] as const;
	const found = reasons.find(([is]) => is);
	if (found !== undefined) {
		throw createError('SOURCE_ENDLESS', {source: train.source.id, reason: found[1]});
	}
};

/**
 * Loads the operators, reads headers, follows the shapes and shares out the memory.
 *
 * @throws the codes of sources and operators, MEMORY_TOO_SMALL, SOURCE_ENDLESS, SPLITS_DIFFER, CLASSES_DIFFER
 */
export const planStream = async (
	options: InThreadFeedOptions,
	sources: {
		readonly signal: AbortSignal;
		readonly onEvent?: OnEvent | undefined;
		/** Whether a data set that is not here may be described from the catalogue. @default false */
		readonly isPlanned?: boolean;
	},
): Promise<StreamPlan> => {
	const {operators, baseDirectory, operatorDirectories = [], memory, chunkBytes, batches, fuse = true} = options;
	const loader = createModuleLoader({baseDirectory, allowed: operatorDirectories});
	const steps = await resolveOperators(operators, {loadModule: loader.load});
	const described = await describeSources(options, {loader, ...sources});
	const first = described.train ?? described.test;
	if (first === undefined) {
		throw createError('INTERNAL', {reason: 'a stream was asked for without data'});
	}

	checkEndless(described, options);
	const plan = withSwapsTold({train: described.train?.spec, test: described.test?.spec}, () => planOperators(steps, first.spec, {fuse}));
	const budgets = shareMemory({
		memory, chunkBytes, batches, input: first.spec, output: {...slotSpecOf(plan), count: plan.output.count}, holds: plan.holds,
	});
	return {loader, steps, described, first, plan, budgets};
};
