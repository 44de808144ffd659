import {messageOf} from '../errors/thrown.ts';
import {resolveOptimizer} from '../optimizers/schema.ts';
import {createError} from '../errors/threadloom-error.ts';
import {writeState, type State} from '../pool/state.ts';
import {beginning, type TrainingRecord} from '../training/history.ts';
import type {MonitorName} from '../training/monitor.ts';
import {createPace} from '../training/pace.ts';
import {train} from '../training/train.ts';
import {buildOf} from './build.ts';
import type {CheckpointFacts} from './checkpoint-header.ts';
import {essenceDigest} from './essence.ts';
import {createKeeper, type Keeper} from './keep.ts';
import {digestOfParameters} from './parameters-digest.ts';
import type {PhaseOptions} from './phase-options.ts';
import {withLabelPlace} from './place-label.ts';
import {checkpointFolder} from './run-directory.ts';
import type {Workforce} from './workforce.ts';

/** Puts together what is known of the data. @throws SOURCE_CHANGED when a file is not what it was */
const same = (known: Readonly<Record<string, string>>, read: Readonly<Record<string, string>>): Readonly<Record<string, string>> => {
	const changed = Object.keys(read).find(file => known[file] !== undefined && known[file] !== read[file]);
	if (changed !== undefined) {
		throw createError('SOURCE_CHANGED', {path: changed, reason: 'its contents are others than at the checkpoint'});
	}

	return {...known, ...read};
};

/** What checkpoints say of the run beside its standing. */
const factsOf = ({definition, feed, seed, runId, resume, data}: PhaseOptions) => {
	const digest = essenceDigest({...definition, seed});
	const known = {...resume?.checkpoint.header.digests.data, ...data};
	return async ({epoch}: {readonly epoch: number}): Promise<CheckpointFacts> => ({
		build: await buildOf(),
		runId,
		digests: {
			definition: digest,
			operators: feed.info.operatorDigests,
			// Before its first whole pass, how much of the data was read is chance.
			data: epoch === 0 ? known : same(known, await feed.digests()),
		},
		operatorStates: feed.info.operatorStates as Record<string, never>,
	});
};

/** What tells the best epoch. */
const monitorOf = ({definition, feed}: PhaseOptions): MonitorName => definition.training!.monitor ?? (feed.info.splits.validation === undefined ? 'loss' : 'validationLoss');

const openKeeper = (given: PhaseOptions, workforce: Workforce): Keeper => {
	const {definition, directory, emit, sync, resume} = given;
	return createKeeper({
		session: workforce.session,
		folder: directory === undefined ? undefined : checkpointFolder(directory),
		checkpoints: definition.training!.checkpoints,
		monitor: monitorOf(given),
		facts: factsOf(given),
		emit,
		sync,
		start: resume?.standing ?? beginning,
		past: {history: resume?.past.history ?? [], best: resume?.best, isSaved: resume !== undefined},
	});
};

/** Where a training ended. */
export interface Trained {
	/** What is evaluated. */
	readonly state: State;
	/** Resolves when the last checkpoint is on disk, whole. */
	readonly saved: Promise<void>;
	readonly steps: number;
	readonly history: TrainingRecord['history'];
}

/** Trains, from the beginning or from where a checkpoint stands, through the loss of workers. */
export const trainPhase = async (given: PhaseOptions, workforce: Workforce): Promise<Trained> => {
	const {definition, feed, options, emit, signal, resume} = given;
	const training = definition.training!;
	const record: TrainingRecord = {history: [...resume?.past.history ?? []], stepLosses: [...resume?.past.stepLosses ?? []]};
	const keeper = openKeeper(given, workforce);
	const pace = createPace(training.checkpoints);
	const detach = options.control?.onCheckpoint(pace.request);
	emit({type: 'phase', phase: 'train', state: 'start'});
	const start = performance.now();
	let from = resume?.standing ?? beginning;
	keeper.begin(from);
	try {
		const result = await workforce.survive(async () => train({
			pool: workforce.session().pool,
			passes: feed,
			epochs: training.epochs,
			schedule: resolveOptimizer(training.optimizer).schedule,
			hasValidation: feed.info.splits.validation !== undefined,
			validateEvery: training.validateEvery,
			maxSkipped: training.maxSkippedSteps,
			monitor: monitorOf(given),
			earlyStopping: training.earlyStopping,
			maxSteps: options.maxSteps,
			maxTimeMs: options.maxTimeMs,
			from,
			record,
			pace,
			emit,
			loopLag: given.loopLag,
			onPause: keeper.pause,
			onEpoch: keeper.epoch,
			failed: keeper.failed,
			signal,
		}), async () => {
			const {standing, state} = keeper.latest()!;
			from = standing;
			return {state: await state(), step: record.stepLosses.length, from: standing.step};
		});
		const seconds = (performance.now() - start) / 1000;
		const {state, saved} = await keeper.end(result.standing);
		const best = keeper.best();
		const restored = training.restoreBest ? best : undefined;
		const better: State = restored === undefined ? {} : {parameters: await restored.parameters()};
		if (restored !== undefined) {
			const {pool, engine} = workforce.session();
			await writeState(pool, engine, better);
		}

		const final: State = {...state, ...better};

		emit({type: 'phase', phase: 'train', state: 'end'});
		const validationExamples = feed.info.splits.validation?.count;
		const restoredEpoch = restored?.epoch ?? record.history.at(-1)?.epoch;
		emit({
			type: 'trained',
			steps: result.standing.step,
			stopped: result.stopped,
			...(best !== undefined && {bestEpoch: best.epoch}),
			...(restoredEpoch !== undefined && {restoredEpoch}),
			...(validationExamples !== undefined && {validationExamples}),
			seconds,
			laps: {...result.laps},
			parametersSha256: digestOfParameters(final['parameters']!),
		});
		return {state: final, saved, steps: result.standing.step, history: record.history};
	} catch (error) {
		await rescue(keeper, error, given);
		throw await withLabelPlace(error, feed, lane => (lane === 'train' ? 'train' : 'validation'));
	} finally {
		detach?.();
		pace.dispose();
	}
};

/** Keeps what was earned before a failure. What failed in ways that nobody foresaw has no state to trust. */
const rescue = async (keeper: Keeper, error: unknown, {emit}: PhaseOptions): Promise<void> => {
	if (!(error instanceof Error && 'code' in error) || error.code === 'INTERNAL' || error.code === 'WRITE_FAILED' || error.code === 'REPLAY_DIFFERS') {
		return;
	}

	try {
		await keeper.rescue();
	} catch (error_) {
		// The first error wins.
		emit({type: 'warning', message: `the last snapshot was not kept: ${messageOf(error_)}`});
	}
};
