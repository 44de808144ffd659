import type {Observable} from 'rxjs';
import {createError} from '../errors/threadloom-error.ts';
import type {OnEvent} from '../events/schema.ts';
import {planOperators} from '../operators/plan.ts';
import {resolveOperators} from '../operators/resolve.ts';
import {createMeter, partOf} from '../stream/meter.ts';
import type {Example} from '../tensor/example.ts';
import {shareMemory} from './budgets.ts';
import {createAllowance, createCachedSource} from './cached-source.ts';
import type {StreamStatistics} from './feed.ts';
import {fitOperators} from './fit-operators.ts';
import {iterate} from './iterate.ts';
import {linksOf, watchLinks} from './links.ts';
import {createModuleLoader} from './module-loader.ts';
import {describeSources} from './open-sources.ts';
import {chainOf, type ChainLink} from './operator-chain.ts';
import type {FeedOptions} from './options.ts';
import {readableOnly, rejectFrom} from './readable-only.ts';
import {loadSink, writeAll, type NamedSink} from './record-sink.ts';
import {createRejects} from './rejects.ts';
import {examplesInOrder} from './split-set.ts';
import {createStage, workOf} from './stage.ts';

/** A pipeline without a model: a stream into a record sink. Plain data. */
export type RecordSinkOptions = {
	readonly sink: NamedSink;
} & Omit<FeedOptions, 'batches' | 'fuse'>;

export interface RecordSinkReply {
	/** What the sink answered: plain data. */
	readonly result: unknown;
	readonly examples: number;
	/** Sha256 of each data file by path or address. */
	readonly digests: Readonly<Record<string, string>>;
	/** Sha256 of each operator module by its real path. */
	readonly operatorDigests: Readonly<Record<string, string>>;
	readonly statistics: StreamStatistics;
}

/** Streams the training data once through all operators into a record sink. Nothing is kept, whatever the length. */
export const runRecordSink = async (
	options: RecordSinkOptions,
	{stage: stageMemory, signal, onEvent}: {readonly stage: SharedArrayBuffer; readonly signal: AbortSignal; readonly onEvent?: OnEvent | undefined},
): Promise<RecordSinkReply> => {
	const {operators, seed, memory, baseDirectory, operatorDirectories = [], chunkBytes, operatorStates = {}, samples = 'fail'} = options;
	const stage = createStage(stageMemory);
	const loader = createModuleLoader({baseDirectory, allowed: operatorDirectories});
	const steps = await resolveOperators(operators, {loadModule: loader.load});
	const sink = await loadSink(options.sink, loader.load);
	const {train} = await describeSources({...options, data: {train: options.data.train}}, {loader, signal, onEvent});
	if (train === undefined) {
		throw createError('INTERNAL', {reason: 'a stream was asked for without data'});
	}

	const plan = planOperators(steps, train.spec, {fuse: false});
	const budgets = shareMemory({
		memory, chunkBytes, batches: undefined, input: train.spec, output: plan.output, holds: plan.holds,
	});
	const rejects = createRejects(samples, {before: options.rejected, sources: [train], onEvent});
	const chunks = createMeter();
	const cached = createCachedSource({
		...train, chunkBytes: budgets.chunk, allowance: createAllowance(0), meter: chunks, keeps: false, reject: rejectFrom(train.source.id, rejects), signal,
	});
	const links = linksOf(plan);
	const watch = watchLinks(links, {memory, accounted: () => 0, stage, onEvent});
	try {
		const meter = createMeter();
		const held = partOf(meter);
		const budget = budgets.flow + budgets.operators;
		const through = (some: readonly ChainLink[], states: Readonly<Record<string, unknown>>): Observable<Example> =>
			chainOf([...readableOnly(rejects, train.spec), ...some], {
				rejects, watch, states, seed, epoch: 1, training: false, meter: held.meter, budget, stage, signal,
			})(examplesInOrder({cached, membership: undefined, count: train.spec.count}, {meter, budget, signal}));
		const states = await fitOperators(links, {
			given: operatorStates,
			examplesThrough: (some, known) => iterate(through(some, known), {meter}),
		});
		const start = performance.now();
		const {count, result} = await writeAll(iterate(through(links, states), {meter}), sink, plan.output);
		return {
			result,
			examples: count,
			digests: train.source.digests(),
			operatorDigests: loader.digests(),
			statistics: {
				operators: workOf(links, stage),
				seconds: (performance.now() - start) / 1000,
				waitingSeconds: 0,
				peaks: {'chunks in flight': chunks.peak, 'between reader and sink': meter.peak, operators: held.peak()},
				rejected: rejects.count(train.source.id),
			},
		};
	} finally {
		watch.close();
	}
};
