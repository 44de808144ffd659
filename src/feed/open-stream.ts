import type {SplitName} from '../batching/pass.ts';
import {createError} from '../errors/threadloom-error.ts';
import type {OnEvent} from '../events/schema.ts';
import {inputMapOf, planOperators, slotSpecOf, type OperatorPlan} from '../operators/plan.ts';
import {resolveOperators} from '../operators/resolve.ts';
import {createMeter} from '../stream/meter.ts';
import type {ExampleSpec} from '../tensor/example.ts';
import {shareMemory} from './budgets.ts';
import {createAllowance, createCachedSource, type CachedSource} from './cached-source.ts';
import {createChoice} from './choice.ts';
import type {Feed} from './feed.ts';
import {fitOperators} from './fit-operators.ts';
import {iterate} from './iterate.ts';
import {checkEndless, epochCount, epochLimit, isEndless} from './epoch-length.ts';
import {createLanes} from './lanes.ts';
import {linksOf, splitChoice, watchLinks} from './links.ts';
import {createModuleLoader} from './module-loader.ts';
import {describeSources, splitSources} from './open-sources.ts';
import {chainOf, type ChainLink} from './operator-chain.ts';
import type {InThreadFeedOptions} from './options.ts';
import {previewExamples} from './preview-examples.ts';
import {readableOnly, rejectFrom, representableOnly} from './readable-only.ts';
import {readRecords} from './read-records.ts';
import {createRejects} from './rejects.ts';
import {runPass, type PassContext, type PassTally} from './run-pass.ts';
import {epochExamples, type SplitSet} from './split-set.ts';
import {createStage, workOf} from './stage.ts';
import {withPlace} from './with-place.ts';

/** A feed without its watch over the thread that it runs in. */
export type Stream = Omit<Feed, 'failed'>;

const splitNames = ['train', 'validation', 'test'] as const;

/**
 * Opens the stream in this thread: reads headers, plans and fits operators, splits the validation share off.
 *
 * @throws the codes of sources and operators, MEMORY_TOO_SMALL, SPLITS_DIFFER, CLASSES_DIFFER
 */
export const openStream = async (
	options: InThreadFeedOptions,
	{stage: stageMemory, signal, onEvent, hasThread = false}: {
		readonly stage: SharedArrayBuffer;
		readonly signal: AbortSignal;
		readonly onEvent?: OnEvent | undefined;
		/** Whether the thread is the stream's alone, so that what it keeps is the stream's. @default false */
		readonly hasThread?: boolean;
	},
): Promise<Stream> => {
	const {operators, batches, seed, memory, fuse = true, baseDirectory, operatorDirectories = [], chunkBytes, operatorStates = {}, samples = 'fail', checkInputs} = options;
	const stage = createStage(stageMemory);
	const closing = new AbortController();
	const loader = createModuleLoader({baseDirectory, allowed: operatorDirectories});
	const steps = await resolveOperators(operators, {loadModule: loader.load});
	const described = await describeSources(options, {loader, signal, onEvent});
	const first = described.train ?? described.test;
	if (first === undefined) {
		throw createError('INTERNAL', {reason: 'a stream was asked for without data'});
	}

	const countedOf = (name: 'train' | 'test') => described[name] && {id: described[name].source.id, count: described[name].spec.count};
	checkEndless({train: countedOf('train'), test: countedOf('test')}, options);
	const limit = epochLimit(options);
	const plan = planOperators(steps, first.spec, {fuse});
	const budgets = shareMemory({
		memory, chunkBytes, batches, input: first.spec, output: {...slotSpecOf(plan), count: plan.output.count}, holds: plan.holds,
	});
	const sourceOf = (id: string) => [described.train, described.test].find(each => each?.source.id === id);
	const rejects = createRejects(samples, {
		before: options.rejected, onEvent, countOf: id => sourceOf(id)?.spec.count, locate: (id, record) => sourceOf(id)?.source.locate?.(record),
	});
	const allowance = createAllowance(budgets.cache);
	const watch = hasThread
		? watchLinks(linksOf(plan), {
			memory, accounted: allowance.taken, stage, onEvent,
		})
		: undefined;
	const chunks = createMeter();
	const cache = ({source, spec}: typeof first): CachedSource =>
		createCachedSource({
			source, spec, chunkBytes: budgets.chunk, allowance, meter: chunks, keeps: !isEndless(spec.count), reject: rejectFrom(source.id, rejects), signal: closing.signal,
		});
	const cached = {
		...(described.train && {train: cache(described.train)}),
		...(described.test && {test: cache(described.test)}),
	};

	const tally: PassTally = {trainingMs: 0, waitingMs: 0, peaks: {held: 0, window: 0, operators: 0, waiting: 0}};
	let ringBytes = 0;
	const lanes = createLanes(closing.signal);
	const close = async (): Promise<void> => {
		watch?.close();
		closing.abort(createError('ABORTED', {reason: 'the stream was closed'}));
		await lanes.idle();
		await Promise.all([cached.train?.close(), cached.test?.close()]);
	};

	try {
		const opening = AbortSignal.any([signal, closing.signal]);
		const sets = await splitSources(options, cached, {signal: opening});
		const shared = {seed, stage, rejects, watch, budget: budgets.flow + budgets.operators};
		const states = await fitOperators(allLinks(plan), {
			given: operatorStates,
			examplesThrough(links, known) {
				const gate = {meter: createMeter(), budget: budgets.flow + budgets.operators, signal: opening};
				return sets.train && iterate(chainOf([...readableOnly(rejects, first.spec), ...links], {
					...shared, ...gate, states: known, epoch: 0, training: true,
				})(epochExamples(sets.train, {...gate, limit, epoch: 1})), gate);
			},
		});
		const input = inputMapOf(plan, states);

		const openSplit = async (set: SplitSet, {isCounted, limit: most}: {readonly isCounted: boolean; readonly limit: number | undefined}): Promise<{readonly context: PassContext; readonly spec: ExampleSpec}> => {
			const splitPlan = planOperators(steps, {...set.cached.spec, count: set.count}, {fuse});
			const {output} = splitPlan;
			const links = [...readableOnly(rejects, splitPlan.specs[0]!), ...linksOf(splitPlan), ...representableOnly(rejects, splitPlan.specs[splitPlan.fusedFrom]!)];
			const chosen = createChoice(set, links, {...shared, states, signal: closing.signal});
			let {count} = output;
			if (isCounted && count === undefined && splitChoice(links).chooses.length > 0) {
				const records = await chosen({signal: opening});
				count = records?.length;
			}

			return {
				spec: {...output, count: epochCount(count, most)},
				context: {
					set, links, chosen, count, limit: most, batches, input, budgets, tally, seed, chain: {states, stage, rejects, watch, checkInputs},
				},
			};
		};

		const contexts: Partial<Record<SplitName, PassContext>> = {};
		const splits: Partial<Record<SplitName, ExampleSpec>> = {};
		const sources: Partial<Record<SplitName, ExampleSpec>> = {};
		for (const name of splitNames) {
			const set = sets[name];
			if (set !== undefined) {
				// A batch of everything has as many rows as there are examples, so they are counted beforehand.
				const {context, spec} = await openSplit(set, {isCounted: name === 'train' && batches.size === 'all', limit: name === 'train' ? limit : undefined});
				contexts[name] = context;
				splits[name] = spec;
				sources[name] = set.cached.spec;
			}
		}

		const contextOf = (split: SplitName): PassContext => {
			const context = contexts[split];
			if (context === undefined) {
				throw createError('INTERNAL', {reason: `records of "${split}" were asked for, but there is no such split`});
			}

			return context;
		};

		return {
			info: {
				splits, sources, input, operatorStates: states, operatorDigests: loader.digests(),
			},
			async attach(ring) {
				lanes.attach(ring);
				ringBytes = Object.values(ring).reduce((sum, {data}) => sum + data.byteLength, 0);
				// A shuffled pass begins when everything is decoded: that need not wait until the pass is asked for.
				if (ring.train !== undefined && batches.shuffle === 'global') {
					sets.train?.cached.complete({signal: closing.signal}).catch(() => undefined);
				}
			},
			async pass(request, {signal: asked}) {
				const context = contextOf(request.split);
				return lanes.queue(request, async (writer, both) => runPass(context, request, {writer, signal: both}).catch((error: unknown) => {
					throw withPlace(error, context.set.cached.source);
				}), {signal: asked});
			},
			read: async (split, records) => readRecords(contextOf(split).set.cached, records, {signal: closing.signal}),
			locate: async ({split, record, part}) => contextOf(split).set.cached.source.locate?.(record, part),
			preview: async request => previewExamples(contextOf(request.split), request, {signal: closing.signal}),
			async statistics() {
				return {
					operators: workOf(linksOf(plan), stage),
					seconds: tally.trainingMs / 1000,
					waitingSeconds: tally.waitingMs / 1000,
					peaks: {
						'chunks in flight': chunks.peak,
						'between reader and ring': tally.peaks.held,
						'shuffle window': tally.peaks.window,
						operators: tally.peaks.operators,
						'waiting for the ring': tally.peaks.waiting,
						'decoded records': allowance.peak(),
						ring: ringBytes,
					},
					rejected: rejects.count(first.source.id), // Of what is trained on: the test may be under way.
				};
			},
			async searchHoarders() {
				watch?.search();
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
