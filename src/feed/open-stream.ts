import {unlessAborted} from '../batching/abort-race.ts';
import {laneWriter, type LaneWriter} from '../batching/lane-writer.ts';
import type {PassResult, SplitName} from '../batching/pass.ts';
import type {LaneName} from '../batching/ring.ts';
import {createError} from '../errors/threadloom-error.ts';
import {inputMapOf, planOperators, slotSpecOf, type OperatorPlan} from '../operators/plan.ts';
import {resolveOperators} from '../operators/resolve.ts';
import {throwIfAborted} from '../stream/abort.ts';
import {createMeter} from '../stream/meter.ts';
import type {ExampleSpec} from '../tensor/example.ts';
import {shareMemory} from './budgets.ts';
import {createAllowance, createCachedSource, type CachedSource} from './cached-source.ts';
import type {Feed} from './feed.ts';
import {fitOperators} from './fit-operators.ts';
import {iterate} from './iterate.ts';
import {linksOf, splitChoice} from './links.ts';
import {createModuleLoader} from './module-loader.ts';
import {describeSources, splitSources} from './open-sources.ts';
import {chainOf, type ChainLink} from './operator-chain.ts';
import type {InThreadFeedOptions} from './options.ts';
import {readRecords} from './read-records.ts';
import {runPass, type PassContext} from './run-pass.ts';
import {examplesInOrder, recordsOf, type SplitSet} from './split-set.ts';
import {createStage} from './stage.ts';

/** A feed without its watch over the thread that it runs in. */
export type Stream = Omit<Feed, 'failed'>;

const splitNames = ['train', 'validation', 'test'] as const;

/**
 * Opens the stream in this thread: reads headers, plans and fits operators, splits the validation share off.
 *
 * @throws the codes of sources and operators, MEMORY_TOO_SMALL, SPLITS_DIFFER
 */
export const openStream = async (
	options: InThreadFeedOptions,
	{stage: stageMemory, signal}: {readonly stage: SharedArrayBuffer; readonly signal: AbortSignal},
): Promise<Stream> => {
	const {operators, batches, seed, memory, fuse = true, baseDirectory, operatorDirectories = [], chunkBytes, operatorStates = {}} = options;
	const stage = createStage(stageMemory);
	const closing = new AbortController();
	const loader = createModuleLoader({baseDirectory, allowed: operatorDirectories});
	const steps = await resolveOperators(operators, {loadModule: loader.load});
	const described = await describeSources(options, {loader, signal});
	const first = described.train ?? described.test;
	if (first === undefined) {
		throw createError('INTERNAL', {reason: 'a stream was asked for without data'});
	}

	const plan = planOperators(steps, first.spec, {fuse});
	const budgets = shareMemory({
		memory, chunkBytes, batches, input: first.spec, output: {...slotSpecOf(plan), count: plan.output.count},
	});
	const allowance = createAllowance(budgets.cache);
	const cache = ({source, spec}: typeof first): CachedSource =>
		createCachedSource({
			source, spec, chunkBytes: budgets.chunk, allowance, keeps: true, signal: closing.signal,
		});
	const cached = {
		...(described.train && {train: cache(described.train)}),
		...(described.test && {test: cache(described.test)}),
	};

	const close = async (): Promise<void> => {
		closing.abort(createError('ABORTED', {reason: 'the stream was closed'}));
		await Promise.allSettled(tails.values());
		await Promise.all([cached.train?.close(), cached.test?.close()]);
	};

	const tails = new Map<LaneName, Promise<PassResult>>();
	try {
		const opening = AbortSignal.any([signal, closing.signal]);
		const sets = await splitSources(options, cached, {signal: opening});
		const plans: Partial<Record<SplitName, OperatorPlan>> = {};
		for (const name of splitNames) {
			const set = sets[name];
			if (set !== undefined) {
				plans[name] = planOperators(steps, {...set.cached.spec, count: set.count}, {fuse});
			}
		}

		const states = await fitOperators(allLinks(plan), {
			given: operatorStates,
			examplesThrough(links, known) {
				const meter = createMeter();
				const budget = budgets.flow;
				return sets.train && iterate(chainOf(links, {
					states: known, seed, epoch: 0, training: true, meter, budget, stage, signal: opening,
				})(examplesInOrder(sets.train, {meter, budget, signal: opening})), {meter});
			},
		});

		/** Numbers of the records that a split's choosing operators leave; found once. */
		const createChoice = (set: SplitSet, links: readonly ChainLink[]): PassContext['chosen'] => {
			const {chooses} = splitChoice(links);
			let found: Promise<Float64Array | undefined> | undefined;
			const find = async (): Promise<Float64Array | undefined> => {
				if (chooses.length === 0) {
					return recordsOf(set, set.membership?.marks.length ?? 0);
				}

				const records: number[] = [];
				const meter = createMeter();
				const common = {meter, budget: budgets.flow, signal: closing.signal};
				const left = chainOf(chooses, {
					...common, states, seed, epoch: 0, training: false, stage,
				})(examplesInOrder(set, common));
				for await (const {index} of iterate(left, {meter})) {
					records.push(index);
				}

				return Float64Array.from(records);
			};

			return async options_ => {
				found ??= find();
				found.catch(() => undefined);
				return unlessAborted(found, options_.signal);
			};
		};

		const input = inputMapOf(plan, states);
		const contexts: Partial<Record<SplitName, PassContext>> = {};
		const specs: Partial<Record<SplitName, ExampleSpec>> = {};
		const sourceSpecs: Partial<Record<SplitName, ExampleSpec>> = {};
		for (const name of splitNames) {
			const set = sets[name];
			const splitPlan = plans[name];
			if (set !== undefined && splitPlan !== undefined) {
				const links = linksOf(splitPlan);
				const chosen = createChoice(set, links);
				let {count} = splitPlan.output;
				// A batch of everything has as many rows as there are examples, so they are counted beforehand.
				if (name === 'train' && batches.size === 'all' && count === undefined && splitChoice(links).chooses.length > 0) {
					const records = await chosen({signal: opening});
					count = records?.length;
				}

				contexts[name] = {
					set, links, chosen, count, batches, input, budgets, seed, chain: {states, stage},
				};
				specs[name] = {...splitPlan.output, count};
				sourceSpecs[name] = set.cached.spec;
			}
		}

		const writers = new Map<LaneName, LaneWriter>();
		const broken = new Set<LaneName>();

		const pass: Stream['pass'] = async (request, {signal: asked}) => {
			const {lane, split} = request;
			const context = contexts[split];
			const writer = writers.get(lane);
			if (context === undefined || writer === undefined) {
				throw createError('INTERNAL', {reason: `a pass was asked for over "${split}" into the lane "${lane}", but there is no ${context === undefined ? 'such split' : 'such lane'}`});
			}

			const before = tails.get(lane);
			const both = AbortSignal.any([asked, closing.signal]);
			const run = async (): Promise<PassResult> => {
				await before?.catch(() => undefined);
				throwIfAborted(both);
				if (broken.has(lane) && !writer.resume()) {
					throw createError('ABORTED', {reason: 'the pass before it did not come to its end'});
				}

				broken.delete(lane);

				try {
					return await runPass(context, request, {writer, signal: both});
				} catch (error) {
					broken.add(lane);
					throw error;
				}
			};

			const running = run();
			running.catch(() => undefined);
			tails.set(lane, running);
			return running;
		};

		return {
			info: {
				splits: specs, sources: sourceSpecs, input, operatorStates: states, operatorDigests: loader.digests(),
			},
			async attach(ring) {
				for (const name of ['train', 'evaluation'] as const) {
					const lane = ring[name];
					if (lane !== undefined) {
						writers.set(name, laneWriter(lane));
					}
				}
			},
			pass,
			async read(split, records) {
				const set = sets[split];
				if (set === undefined) {
					throw createError('INTERNAL', {reason: `records of "${split}" were asked for, but there is no such split`});
				}

				return readRecords(set.cached, records, {signal: closing.signal});
			},
			digests: async () => ({...cached.train?.source.digests(), ...cached.test?.source.digests()}),
			close,
		};
	} catch (error) {
		await close();
		throw error;
	}
};

/** All operators, the fused ones too: each may need to be fitted. */
const allLinks = ({steps, specs}: OperatorPlan): readonly ChainLink[] =>
	steps.map((step, index) => ({step, input: specs[index]!, output: specs[index + 1]!}));
