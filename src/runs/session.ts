import os from 'node:os';
import {allocateLane, slotLayout, type LaneName, type LanePlan} from '../batching/ring.ts';
import type {LoadedDefinition} from '../definition/load.ts';
import type {Definition} from '../definition/schema.ts';
import type {Engine, EngineName, EngineOptions} from '../engines/engine.ts';
import {candidatesOf, loadEngine} from '../engines/registry.ts';
import {createError, ThreadloomError} from '../errors/threadloom-error.ts';
import {classesOf} from '../evaluation/accumulator.ts';
import type {Feed, FeedInfo} from '../feed/feed.ts';
import {withSwapsTold} from '../feed/swapped.ts';
import {createModel} from '../model/create-model.ts';
import {initialParameters} from '../model/initial-parameters.ts';
import type {Model} from '../model/model.ts';
import {createOptimizer} from '../optimizers/registry.ts';
import {resolveOptimizer} from '../optimizers/schema.ts';
import {startCrew, type Crew} from '../pool/crew.ts';
import {openPool, type Pool, type PoolOptions} from '../pool/pool.ts';
import {writeState, type State} from '../pool/state.ts';
import {allocate, bytesPerElement, type FloatArray} from '../tensor/dtypes.ts';
import {sizeOf} from '../tensor/shape.ts';
import {withModelPlaces, type Written} from './placed.ts';
import {availableMemory} from './watch-process.ts';

/** A model on its workers, fed by a stream. */
export interface Session {
	readonly model: Model;
	readonly engine: Engine;
	readonly pool: Pool;
	readonly options: EngineOptions;
	/** Real rows of a full batch. */
	readonly batchSize: number;
	/** The state that the first workers began with, made again; slots of zeros are not among it. */
	readonly begun: () => State;
	/** Ends these workers, lost or not, and puts others in their place that hold `state`. @throws WORKER_STUCK */
	readonly replace: (state: State) => Promise<Session>;
	/** @throws WORKER_STUCK */
	readonly close: () => Promise<void>;
}

/**
 * Batches that lie ready for training, and bytes of them at most: while the workers keep every processor busy, the
 * stream's thread gets its turn a few times in a hundredth of a second, and small batches last for microseconds.
 */
const trainSlots = {least: 4, most: 32, bytes: 2 ** 22};
const evaluationRows = {least: 256, most: 1024};

/** Parameters that are drawn while the machine is asked what it can do; more take seconds, and the buffers may yet be refused. */
const mostMeanwhile = 2 ** 25;

const roundUp = (value: number, multiple: number): number => Math.ceil(value / multiple) * multiple;

/** Compiles the model of a definition against what a feed turned out to bring. Loads no native code. */
export const engineOptions = ({definition, ...written}: Pick<LoadedDefinition, 'definition'> & Written, feed: {readonly info: Pick<FeedInfo, 'input' | 'sources' | 'splits'>}, seed: number): {readonly model: Model; readonly options: EngineOptions; readonly batchSize: number} => {
	const {batches, training, model: modelConfig, name} = definition;
	const {input, sources, splits} = feed.info;
	const spec = splits.train ?? splits.test;
	if (modelConfig === undefined || training === undefined || spec === undefined) {
		throw createError('INTERNAL', {reason: 'a session was asked for without a model or data'});
	}

	const model = withSwapsTold(sources, () => withModelPlaces(written, () => {
		const created = createModel({name, input: input.features.shape, layers: modelConfig.layers, loss: training.loss, label: spec.label});
		checkClasses(created, spec.classes);
		return created;
	}));
	const batchSize = batches.size === 'all' ? (splits.train?.count ?? evaluationRows.most) : batches.size;
	const rows = roundUp(batchSize, training.shards);
	return {
		model,
		batchSize,
		options: {
			input,
			optimizer: resolveOptimizer(training.optimizer).optimizer,
			rows,
			evaluationRows: roundUp(Math.min(Math.max(rows, evaluationRows.least), evaluationRows.most), training.shards),
			shards: training.shards,
			seed,
			globalClipNorm: training.globalClipNorm,
			precision: training.precision,
			lowering: training.lowering,
			unsafeOutputs: training.unsafeOutputs,
		},
	};
};

/** A label beyond the last output has no loss, and an output without a class has no name in the report. */
const checkClasses = (model: Model, names: readonly string[] | undefined): void => {
	const classes = classesOf(model.head, sizeOf(model.output));
	if (names !== undefined && classes !== undefined && classes !== names.length) {
		const {name, index} = model.layers.at(-1)!;
		throw createError('MODEL_CLASSES', {layer: name, index, outputs: classes, classes: names.length});
	}
};

/** Bytes of the vectors that a training keeps: its parameters and the state of the optimizer, and a gradient for each shard with their sum. */
export const vectorBytes = ({parameterCount}: Pick<Model, 'parameterCount'>, {optimizer, precision, shards}: EngineOptions): {readonly state: number; readonly gradients: number} => {
	const vector = parameterCount * bytesPerElement(precision);
	return {state: (1 + createOptimizer(optimizer).slots.length) * vector, gradients: (shards + 1) * vector};
};

/** What no machine like this can hold is refused before anything is allocated. @throws MODEL_TOO_LARGE */
const checkSize = (model: Model, options: EngineOptions): void => {
	const {state, gradients} = vectorBytes(model, options);
	const bytes = state + gradients;
	const available = availableMemory();
	if (bytes > available) {
		throw createError('MODEL_TOO_LARGE', {what: 'its parameters, gradients and the state of the optimizer', bytes, available});
	}
};

/** The lanes that a run's slots lie in. */
export const planLanes = ({input, rows, evaluationRows: scored}: EngineOptions, {isWhole}: {readonly isWhole: boolean}): Record<LaneName, LanePlan> => {
	const {features, label} = input.slot;
	const slot = {rows, features, label};
	const fitting = Math.floor(trainSlots.bytes / slotLayout(slot).bytes);
	return {
		// A batch of everything is built once: one slot holds it, the other carries the marks between the passes.
		train: {slot, slots: isWhole ? 2 : Math.min(Math.max(fitting, trainSlots.least), trainSlots.most)},
		evaluation: {slot: {rows: scored, features, label}, slots: 3},
	};
};

/** Threads that were started ahead, and the engine that they load. */
export interface Workers {
	readonly engine: Engine;
	readonly crew: Crew;
}

const countOf = ({workers, shards}: Pick<NonNullable<Definition['training']>, 'workers' | 'shards'>): number =>
	(workers === 'auto' ? Math.min(os.availableParallelism(), shards) : workers);

/** Starts the workers of a training: they load the first engine that it names while the data is opened. */
export const startWorkers = async ({model, training}: Definition): Promise<Workers> => {
	const engine = await loadEngine(candidatesOf(training!.engine)[0]!);
	const layers = training!.lowering === 'plain' ? [] : model!.layers.map(({name}) => name);
	return {engine, crew: startCrew(engine, countOf(training!), layers)};
};

/** Opens workers, model and ring, and gives the workers `state`, or the seed's initial one. */
export const openSession = async ({loaded, feed, seed, workers: {engine, crew}, deadlineMs, onWarning, state, trains = true}: {
	readonly loaded: Pick<LoadedDefinition, 'definition'> & Written;
	readonly feed: Feed;
	readonly seed: number;
	/** They are the session's from now on. */
	readonly workers: Workers;
	/** Without any tile finished for so long, the work counts as stuck. @default 120_000 */
	readonly deadlineMs?: number | undefined;
	readonly onWarning: (message: string) => void;
	/** Canonical vectors; missing ones start as they do in a new run. */
	readonly state?: State;
	/** Whether there is more to do than to score. @default true */
	readonly trains?: boolean;
}): Promise<Session> => {
	const {definition} = loaded;
	const prepare = async () => {
		const {model, options, batchSize} = engineOptions(loaded, feed, seed);
		checkSize(model, options);
		const plans = planLanes(options, {isWhole: definition.batches.size === 'all'});
		const lanes = {...(trains && {train: allocateLane(plans.train)}), evaluation: allocateLane(plans.evaluation)};
		// First, so that the stream can decode while the workers get ready.
		await feed.attach(lanes);
		return {batchSize, parts: {model, options, workers: countOf(definition.training!), lanes, deadlineMs}};
	};

	const {batchSize, parts} = await prepare().catch(async (error: unknown) => {
		await crew.end();
		throw error;
	});

	const makeInitial = (): State => ({...(state?.['parameters'] === undefined ? initialState(parts, seed) : initialSlots(parts)), ...state});
	let initial: State | undefined;
	const begun = (): State => initial ?? makeInitial();

	const fill = async (opened: {readonly engine: Engine; readonly pool: Pool}, given: () => State): Promise<Session> => {
		const {engine, pool} = opened;
		try {
			await writeState(pool, engine, given());
		} catch (error) {
			await pool.close();
			throw error;
		}

		return {
			model: parts.model, options: parts.options, batchSize, ...opened,
			begun,
			async replace(next) {
				await pool.close();
				return fill({engine, pool: await openPool({...parts, engine})}, () => next);
			},
			close: pool.close,
		};
	};

	const opened = await openFirst(engine, candidatesOf(definition.training!.engine).slice(1), {
		...parts, crew, onWarning,
		meanwhile() {
			initial = parts.model.parameterCount > mostMeanwhile ? undefined : makeInitial();
		},
	});
	const session = await fill(opened, begun);
	initial = undefined; // It is made again if workers are lost before they did anything.
	return session;
};

/** Whether the engine computes in TensorFlow.js's plain JavaScript, in which a convolution takes far longer than in the engine `reference`. */
const isPlainTensorflow = ({plan: {engine, lowering}}: Pick<Pool, 'plan'>): boolean => engine === 'tensorflow' && lowering.backend === 'cpu';

/** Opens the pool on the first engine that can be loaded here. @throws ENGINE_UNAVAILABLE when none can */
const openFirst = async (
	engine: Engine,
	others: readonly EngineName[],
	{onWarning, crew, ...options}: Omit<PoolOptions, 'engine'> & {readonly onWarning: (message: string) => void},
): Promise<{readonly engine: Engine; readonly pool: Pool}> => {
	try {
		const pool = await openPool({...options, engine, crew});
		if (others.length > 0 && isPlainTensorflow(pool)) {
			await pool.close();
			throw createError('ENGINE_UNAVAILABLE', {engine: engine.name, reason: 'its native library is not here, and without it it is slower than the next'});
		}

		return {engine, pool};
	} catch (error) {
		if (others.length === 0 || !(error instanceof ThreadloomError) || error.code !== 'ENGINE_UNAVAILABLE') {
			throw error;
		}

		const [next, ...rest] = others as [EngineName, ...EngineName[]];
		onWarning(`${error.message}; trying ${next}${next === 'reference' ? ', which is much slower than a native one' : ''}. ${error.hint ?? ''}`);
		return openFirst(await loadEngine(next), rest, {...options, onWarning});
	}
};

/** The slots of an optimizer that has made no step, but for those of zeros, which new workers have. */
const initialSlots = ({model: {parameterCount}, options: {optimizer: config, precision}}: {readonly model: Model; readonly options: EngineOptions}): State => {
	const optimizer = createOptimizer(config);
	return Object.fromEntries(optimizer.slots.filter(slot => optimizer.initialValue(slot) !== 0).map(slot =>
		[slot, (allocate(precision, parameterCount) as FloatArray).fill(optimizer.initialValue(slot))]));
};

/** The state of a run that has made no step, as new workers are given it. */
export const initialState = (parts: {readonly model: Model; readonly options: EngineOptions}, seed: number): State => ({
	parameters: initialParameters(parts.model, {seed, precision: parts.options.precision}),
	...initialSlots(parts),
});
