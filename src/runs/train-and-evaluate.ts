import path from 'node:path';
import type {Definition} from '../definition/schema.ts';
import {evaluateSplit} from '../evaluation/evaluate.ts';
import type {Gallery, RunReport, SplitReport} from '../evaluation/report.ts';
import type {EventBody} from '../events/schema.ts';
import type {Feed} from '../feed/feed.ts';
import {resolveOptimizer} from '../optimizers/schema.ts';
import {writeState} from '../pool/state.ts';
import {train, type TrainingResult} from '../training/train.ts';
import {createKeeper, digestOf} from './keep.ts';
import {digestOfJson, packageVersion} from './lock.ts';
import {collectPredictions} from './predictions.ts';
import {modelReport, splitReport, stepLosses} from './report-data.ts';
import {openSession, type Session} from './session.ts';
import type {RunOptions} from './types.ts';

/** The parts of a report that training and evaluation fill in, as far as they came. */
export type ReportParts = {-readonly [K in keyof RunReport]?: RunReport[K]};

export interface TrainAndEvaluateOptions {
	readonly definition: Definition;
	readonly feed: Feed;
	readonly seed: number;
	readonly runId: string;
	/** The run directory; nothing is written without. */
	readonly directory: string | undefined;
	readonly options: RunOptions;
	readonly emit: (event: EventBody) => void;
	readonly signal: AbortSignal;
	/** Filled in as the run proceeds, so that a run that fails can still tell what it had. */
	readonly parts: ReportParts;
}

/** Trains the model of a definition, evaluates it on the test split, and fills in the report. Gives the images to show. */
export const trainAndEvaluate = async (given: TrainAndEvaluateOptions): Promise<Gallery | undefined> => {
	const {definition, feed, seed, emit, parts, options} = given;
	const session = await openSession({
		definition, feed, seed,
		workers: definition.training!.workers,
		onWarning(message) {
			emit({type: 'warning', message});
		},
	});
	try {
		announce(given, session);
		await trainPhase(given, session);
		return (options.phases?.evaluate ?? true) && feed.info.splits.test !== undefined && !given.signal.aborted
			? await evaluatePhase(given, session)
			: undefined;
	} finally {
		await session.close();
		parts.peakMemory = peakMemory();
	}
};

/** Largest resident memory of this process in bytes. */
export const peakMemory = (): number => process.resourceUsage().maxRSS * 1024;

const announce = ({definition, feed, seed, runId, emit, parts}: TrainAndEvaluateOptions, {model, pool, options, batchSize}: Session): void => {
	const {splits} = feed.info;
	const training = definition.training!;
	const count = splits.train?.count;
	emit({
		type: 'run',
		runId,
		name: definition.name,
		seed,
		engine: pool.plan.engine,
		lowering: pool.plan.lowering,
		workers: pool.workers,
		shards: options.shards,
		parameters: model.parameterCount,
		epochs: training.epochs,
		examples: Object.fromEntries(Object.entries(splits).map(([split, spec]) => [split, spec.count])),
		...(count !== undefined && {batches: Math.ceil(count / batchSize)}),
		...(splits.train?.classes !== undefined && {classes: [...splits.train.classes]}),
	});
	parts.model = modelReport(model);
};

const trainPhase = async ({definition, feed, runId, directory, options, emit, signal, parts}: TrainAndEvaluateOptions, session: Session): Promise<void> => {
	const training = definition.training!;
	const {pool, engine} = session;
	const build = await packageVersion();
	const definitionDigest = digestOfJson(definition);
	const keeper = createKeeper({
		session,
		folder: directory === undefined ? undefined : path.join(directory, 'checkpoints'),
		emit,
		facts: async () => ({
			build,
			runId,
			digests: {definition: definitionDigest, operators: feed.info.operatorDigests, data: await feed.digests()},
			operatorStates: feed.info.operatorStates as Record<string, never>,
		}),
	});
	emit({type: 'phase', phase: 'train', state: 'start'});
	const monitor = training.monitor ?? (feed.info.splits.validation === undefined ? 'loss' : 'validationLoss');
	const start = performance.now();
	const result = await train({
		pool,
		passes: feed,
		epochs: training.epochs,
		schedule: resolveOptimizer(training.optimizer).schedule,
		hasValidation: feed.info.splits.validation !== undefined,
		validateEvery: training.validateEvery,
		monitor,
		earlyStopping: training.earlyStopping,
		maxSteps: options.maxSteps,
		maxTimeMs: options.maxTimeMs,
		emit,
		onEpoch: keeper.epoch,
		signal,
	});
	const seconds = (performance.now() - start) / 1000;
	const state = await keeper.end(result.standing);
	const best = keeper.best();
	const restored = training.restoreBest ? best : undefined;
	if (restored !== undefined) {
		await writeState(pool, engine, {...state, parameters: restored.parameters});
	}

	emit({type: 'phase', phase: 'train', state: 'end'});
	fillTraining(parts, {
		session, result, seconds,
		bestEpoch: best?.epoch,
		restoredEpoch: restored?.epoch ?? result.history.at(-1)?.epoch,
		validationCount: feed.info.splits.validation?.count,
	});
	parts.parametersSha256 = digestOf((restored ?? {parameters: state['parameters']!}).parameters);
};

const fillTraining = (parts: ReportParts, {session, result, seconds, bestEpoch, restoredEpoch, validationCount}: {
	readonly session: Session;
	readonly result: TrainingResult;
	readonly seconds: number;
	readonly bestEpoch: number | undefined;
	readonly restoredEpoch: number | undefined;
	readonly validationCount: number | undefined;
}): void => {
	const {pool, options, batchSize} = session;
	const {history, laps, standing} = result;
	const sum = (pick: (epoch: (typeof history)[number]) => number): number => history.reduce((total, epoch) => total + pick(epoch), 0);
	const epochSeconds = sum(epoch => epoch.seconds);
	parts.training = {
		engine: pool.plan.engine,
		...pool.plan.lowering,
		workers: pool.workers,
		shards: options.shards,
		batchSize,
		optimizer: options.optimizer.name,
		fused: options.input.affine.length > 0 || options.input.oneHot !== undefined,
		epochs: history.length,
		steps: standing.step,
		stopped: result.stopped,
		...(bestEpoch !== undefined && {bestEpoch}),
		...(restoredEpoch !== undefined && {restoredEpoch}),
	};
	parts.history = history;
	parts.steps = stepLosses(result.stepLosses);
	parts.timing = {
		seconds: 0,
		trainingSeconds: seconds,
		evaluationSeconds: 0,
		waitShare: (laps['waiting'] ?? 0) / 1000 / epochSeconds,
		samplesPerSecond: sum(epoch => epoch.samples) / epochSeconds,
		laps: Object.fromEntries(Object.entries(laps).map(([name, milliseconds]) => [name, milliseconds / standing.step])),
	};
	const finalEpoch = history.find(({epoch}) => epoch === restoredEpoch);
	const validation = finalEpoch?.validation;
	if (validation !== undefined) {
		parts.evaluation = {validation: {...validation, examples: validationCount ?? 0}};
	}
};

const evaluatePhase = async ({feed, directory, emit, signal, parts}: TrainAndEvaluateOptions, {pool}: Session): Promise<Gallery | undefined> => {
	emit({type: 'phase', phase: 'evaluate', state: 'start'});
	const collector = collectPredictions();
	const start = performance.now();
	const totals = await evaluateSplit({pool, passes: feed, split: 'test', signal, onRow: collector.onRow});
	const seconds = (performance.now() - start) / 1000;
	const test: SplitReport = splitReport(totals, feed.info.splits.test?.classes);
	parts.evaluation = {...parts.evaluation, test};
	if (parts.timing !== undefined) {
		parts.timing = {...parts.timing, evaluationSeconds: seconds};
	}

	emit({
		type: 'evaluation', split: 'test', loss: totals.loss, examples: totals.examples, seconds,
		...(totals.accuracy !== undefined && {accuracy: totals.accuracy}),
	});
	emit({type: 'phase', phase: 'evaluate', state: 'end'});
	if (directory === undefined) {
		return undefined;
	}

	await collector.write(directory);
	return collector.gallery(feed, 'test');
};
