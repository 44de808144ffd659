import {evaluateSplit} from '../evaluation/evaluate.ts';
import type {Gallery} from '../evaluation/report.ts';
import {sizeOf} from '../tensor/shape.ts';
import {streamEvent} from './bottleneck.ts';
import {waitShareOf} from './collect-report.ts';
import {collectPredictions} from './predictions.ts';
import {writeEffective} from './effective.ts';
import {addToLock} from './lock.ts';
import {checkResume} from './resumption.ts';
import {withLabelPlace} from './place-label.ts';
import {openSession, type Session} from './session.ts';
import {trainPhase, type Trained} from './train-phase.ts';
import type {PhaseOptions} from './phase-options.ts';
import {createWorkforce, type Workforce} from './workforce.ts';

/** Trains the model of a definition and evaluates it on the test split. Gives the images to show. */
export const trainAndEvaluate = async (given: PhaseOptions): Promise<Gallery | undefined> => {
	const {loaded, feed, workers, seed, directory, emit, options, resume, signal, written} = given;
	const session = await openSession({
		loaded, feed, seed, workers,
		deadlineMs: options.deadlineMs,
		onWarning(message) {
			emit({type: 'warning', message});
		},
		...(resume && {state: resume.checkpoint.tensors}),
	});
	const workforce = createWorkforce(session, {emit, signal});
	try {
		await written;
		const changes = await checkResume(resume, {session, feed, emit});
		if (directory !== undefined) {
			// Epochs that were asked for, say: the run may be interrupted again before they are over.
			if (resume !== undefined) {
				await writeEffective(directory, resume.definition);
			}

			await addToLock(directory, {operators: feed.info.operatorDigests, changes: changes.map(change => ({step: resume!.standing.step, change})), options, baseDirectory: resume?.baseDirectory});
		}

		announce(given, session);
		const trained = await trainPhase(given, workforce);
		const evaluate = async (): Promise<Gallery | undefined> => {
			emit(streamEvent(await feed.statistics(), waitShareOf(trained.history)));
			return (options.phases?.evaluate ?? true) && feed.info.splits.test !== undefined && !signal.aborted
				? evaluatePhase(given, workforce, trained)
				: undefined;
		};

		// While the last checkpoint is written; it is on disk before anything is said of a failure.
		const evaluating = evaluate();
		await Promise.allSettled([trained.saved, evaluating]);
		await trained.saved;
		return await evaluating;
	} finally {
		await workforce.close();
	}
};

const announce = ({definition, feed, seed, runId, resume, emit}: PhaseOptions, {model, pool, options, batchSize}: Session): void => {
	const {splits} = feed.info;
	const training = definition.training!;
	const count = splits.train?.count;
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
		batchSize,
		optimizer: options.optimizer.name,
		fused: options.input.affine.length > 0 || options.input.oneHot !== undefined,
		layers: model.layers.map(({name, type, output, parameters}) => ({
			name, type, output: [...output], parameters: parameters.reduce((sum, {shape}) => sum + sizeOf(shape), 0),
		})),
	});
};

const evaluatePhase = async ({feed, directory, emit, signal}: PhaseOptions, workforce: Workforce, {state, steps}: Trained): Promise<Gallery | undefined> => {
	emit({type: 'phase', phase: 'evaluate', state: 'start'});
	const start = performance.now();
	const {totals, collector} = await workforce.survive(async () => {
		const rows = collectPredictions();
		return {collector: rows, totals: await evaluateSplit({pool: workforce.session().pool, passes: feed, split: 'test', signal, onRow: rows.onRow})};
	}, async () => ({state, step: steps, from: steps})).catch(async (error: unknown) => {
		throw await withLabelPlace(error, feed, () => 'test');
	});
	const seconds = (performance.now() - start) / 1000;
	const classes = feed.info.splits.test?.classes;
	emit({
		type: 'evaluation', split: 'test', loss: totals.loss, examples: totals.examples, seconds,
		...(totals.accuracy !== undefined && {accuracy: totals.accuracy}),
		...(totals.confusion !== undefined && {confusion: totals.confusion.map(row => [...row])}),
		...(classes !== undefined && {classes: [...classes]}),
	});
	emit({type: 'phase', phase: 'evaluate', state: 'end'});
	if (directory === undefined) {
		return undefined;
	}

	await collector.write(directory);
	return collector.gallery(feed, 'test');
};
