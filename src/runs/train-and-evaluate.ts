import {evaluateSplit} from '../evaluation/evaluate.ts';
import type {Gallery, SplitReport} from '../evaluation/report.ts';
import type {State} from '../pool/state.ts';
import {bottleneckOf} from './bottleneck.ts';
import {collectPredictions} from './predictions.ts';
import {modelReport, splitReport} from './report-data.ts';
import {checkResume} from './resumption.ts';
import {openSession, type Session} from './session.ts';
import {trainPhase} from './train-phase.ts';
import type {PhaseOptions} from './phase-options.ts';
import {createWorkforce, type Workforce} from './workforce.ts';

/** Trains the model of a definition, evaluates it on the test split, and fills in the report. Gives the images to show. */
export const trainAndEvaluate = async (given: PhaseOptions): Promise<Gallery | undefined> => {
	const {definition, feed, seed, emit, parts, options, resume, signal} = given;
	const session = await openSession({
		definition, feed, seed,
		workers: definition.training!.workers,
		deadlineMs: options.deadlineMs,
		onWarning(message) {
			emit({type: 'warning', message});
		},
		...(resume && {state: resume.checkpoint.tensors}),
	});
	const workforce = createWorkforce(session, {emit, signal});
	try {
		await checkResume(resume, {session, feed, options, emit});
		announce(given, session);
		const state = await trainPhase(given, workforce);
		const statistics = await feed.statistics();
		parts.stream = {...statistics, bottleneck: bottleneckOf(statistics, parts.timing?.waitShare ?? 0)};
		emit({type: 'stream', ...parts.stream, operators: [...parts.stream.operators], peaks: {...parts.stream.peaks}});
		return (options.phases?.evaluate ?? true) && feed.info.splits.test !== undefined && !signal.aborted
			? await evaluatePhase(given, workforce, state)
			: undefined;
	} finally {
		await workforce.close();
		parts.peakMemory = peakMemory();
	}
};

/** Largest resident memory of this process in bytes. */
export const peakMemory = (): number => process.resourceUsage().maxRSS * 1024;

const announce = ({definition, feed, seed, runId, resume, emit, parts}: PhaseOptions, {model, pool, options, batchSize}: Session): void => {
	const {splits} = feed.info;
	const training = definition.training!;
	const count = splits.train?.count;
	parts.model = modelReport(model);
	if (resume !== undefined) {
		const {step, epoch} = resume.standing;
		emit({type: 'resume', step, epoch, checkpoint: resume.path, epochs: training.epochs, workers: pool.workers});
		return;
	}

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
};

const evaluatePhase = async ({feed, directory, emit, signal, parts}: PhaseOptions, workforce: Workforce, state: State): Promise<Gallery | undefined> => {
	emit({type: 'phase', phase: 'evaluate', state: 'start'});
	const start = performance.now();
	const step = parts.training?.steps ?? 0;
	const {totals, collector} = await workforce.survive(async () => {
		const rows = collectPredictions();
		return {collector: rows, totals: await evaluateSplit({pool: workforce.session().pool, passes: feed, split: 'test', signal, onRow: rows.onRow})};
	}, async () => ({state, step, from: step}));
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
