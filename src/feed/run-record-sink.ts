import type {Observable} from 'rxjs';
import {messageOf} from '../errors/thrown.ts';
import {createError, ThreadloomError} from '../errors/threadloom-error.ts';
import type {OnEvent} from '../events/schema.ts';
import {planOperators} from '../operators/plan.ts';
import {resolveOperators} from '../operators/resolve.ts';
import {checkSink, sinkOf} from '../schema/sink-module.ts';
import {checkSinkOptions} from '../schema/sink-options.ts';
import {createMeter, partOf} from '../stream/meter.ts';
import type {Example, ExampleSpec} from '../tensor/example.ts';
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
import {createRejects} from './rejects.ts';
import {examplesInOrder} from './split-set.ts';
import {createStage, workOf} from './stage.ts';

/** A pipeline without a model: a stream into a record sink. Plain data. */
export type RecordSinkOptions = {
	readonly sink: {
		/** `file:` address of a module of this package, or a path as the definition names it. */
		readonly module: string;
		/** Name of the export. @default default */
		readonly name?: string;
		readonly options: unknown;
		/** Where its options stand in the definition. */
		readonly at: ReadonlyArray<string | number>;
		/** The run directory. */
		readonly directory: string;
	};
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

interface Sink {
	readonly write: (example: Example) => void | Promise<void>;
	readonly finish: () => Promise<unknown>;
}

interface SinkDefinition {
	readonly create: (options: unknown, context: {readonly directory: string; readonly spec: ExampleSpec}) => Promise<Sink>;
}

interface LoadedSink {
	readonly definition: SinkDefinition; readonly options: unknown;
}

const loadSink = async ({module, name = 'default', options, at}: RecordSinkOptions['sink'], load: (specifier: string) => Promise<unknown>): Promise<LoadedSink> => {
	const namespace: unknown = module.startsWith('file:') ? await import(module) : await load(module);
	const definition = sinkOf(name === 'default' ? namespace : {default: (namespace as Readonly<Record<string, unknown>>)[name]}, module);
	if (definition.kind !== 'records') {
		throw createError('SINK_MISSING', {count: 0});
	}

	return {definition: definition as SinkDefinition, options: checkSinkOptions(definition.options, options, {sink: module, at})};
};

const writeAll = async (examples: AsyncIterable<Example>, {create, module}: {readonly create: () => Promise<Sink>; readonly module: string}): Promise<{readonly count: number; readonly result: unknown}> => {
	let count = 0;
	let current: Example | undefined;
	const failure = (error: unknown): ThreadloomError => (error instanceof ThreadloomError
		? error
		: createError('SINK_FAILED', {
			sink: module, kind: 'records', reason: messageOf(error), ...(current && {source: current.source, record: current.index}),
		}, {cause: error}));

	let sink: Sink;
	try {
		sink = checkSink(await create(), {kind: 'records', module});
	} catch (error) {
		throw failure(error);
	}

	for await (const example of examples) {
		current = example;
		try {
			const writing = sink.write(example);
			if (writing !== undefined) {
				await writing;
			}
		} catch (error) {
			throw failure(error);
		}

		count++;
	}

	current = undefined;
	try {
		// A value that cannot cross to the main thread is told with the sink's name.
		return {count, result: structuredClone(await sink.finish())};
	} catch (error) {
		throw failure(error);
	}
};

/** Streams the training data once through all operators into a record sink. Nothing is kept, whatever the length. */
export const runRecordSink = async (
	options: RecordSinkOptions,
	{stage: stageMemory, signal, onEvent}: {readonly stage: SharedArrayBuffer; readonly signal: AbortSignal; readonly onEvent?: OnEvent | undefined},
): Promise<RecordSinkReply> => {
	const {operators, seed, memory, baseDirectory, operatorDirectories = [], chunkBytes, operatorStates = {}, samples = 'fail', sink: sinkOptions} = options;
	const stage = createStage(stageMemory);
	const loader = createModuleLoader({baseDirectory, allowed: operatorDirectories});
	const steps = await resolveOperators(operators, {loadModule: loader.load});
	const sinkParts = await loadSink(sinkOptions, loader.load);
	const {train} = await describeSources({...options, data: {train: options.data.train}, batches: {size: 1, shuffle: 'none', remainder: 'keep'}}, {loader, signal, onEvent});
	if (train === undefined) {
		throw createError('INTERNAL', {reason: 'a stream was asked for without data'});
	}

	const plan = planOperators(steps, train.spec, {fuse: false});
	const budgets = shareMemory({
		memory, chunkBytes, batches: undefined, input: train.spec, output: plan.output, holds: plan.holds,
	});
	const rejects = createRejects(samples, {
		before: options.rejected, onEvent, countOf: () => train.spec.count, locate: (_, record) => train.source.locate?.(record),
	});
	const chunks = createMeter();
	const cached = createCachedSource({
		...train, chunkBytes: budgets.chunk, allowance: createAllowance(0), meter: chunks, keeps: false, reject: rejectFrom(train.source.id, rejects), signal,
	});
	const watch = watchLinks(linksOf(plan), {
		memory, accounted: () => 0, stage, onEvent,
	});
	try {
		const meter = createMeter();
		const held = partOf(meter);
		const through = (links: readonly ChainLink[], states: Readonly<Record<string, unknown>>): Observable<Example> =>
			chainOf([...readableOnly(rejects, train.spec), ...links], {
				rejects, watch, states, seed, epoch: 1, training: false, meter: held.meter, budget: budgets.flow + budgets.operators, stage, signal,
			})(examplesInOrder({cached, membership: undefined, count: train.spec.count}, {meter, budget: budgets.flow + budgets.operators, signal}));
		const states = await fitOperators(linksOf(plan), {
			given: operatorStates,
			examplesThrough: (links, known) => iterate(through(links, known), {meter}),
		});
		const start = performance.now();
		const {count, result} = await writeAll(iterate(through(linksOf(plan), states), {meter}), {
			create: async () => sinkParts.definition.create(sinkParts.options, {directory: sinkOptions.directory, spec: plan.output}), module: sinkOptions.module,
		});
		return {
			result,
			examples: count,
			digests: train.source.digests(),
			operatorDigests: loader.digests(),
			statistics: {
				operators: workOf(linksOf(plan), stage),
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
