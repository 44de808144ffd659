import type {PassResult, PassSource} from '../batching/pass.ts';
import {createError} from '../errors/threadloom-error.ts';
import type {EventBody} from '../events/schema.ts';
import {evaluateSplit} from '../evaluation/evaluate.ts';
import {classesOf, type Totals} from '../evaluation/accumulator.ts';
import {learningRateAt, type Schedule} from '../optimizers/schedule.ts';
import type {Pool, StepOutcome, TrainReply} from '../pool/pool.ts';
import {sizeOf} from '../tensor/shape.ts';
import type {EpochRecord, Metrics, Standing} from './history.ts';
import {createMonitor, type MonitorName} from './monitor.ts';

export interface TrainOptions {
	readonly pool: Pool;
	readonly passes: PassSource;
	readonly epochs: number;
	readonly schedule: Schedule;
	/** Whether there is a validation share. */
	readonly hasValidation: boolean;
	/** Validates after every so many epochs, and after the last. */
	readonly validateEvery: number;
	readonly monitor: MonitorName;
	readonly earlyStopping: {readonly monitor: MonitorName; readonly patience: number; readonly minDelta: number} | undefined;
	readonly maxSteps: number | undefined;
	readonly maxTimeMs: number | undefined;
	readonly emit: (event: EventBody) => void;
	/** Called after every epoch, with the parameters still those of its end. */
	readonly onEpoch: (record: EpochRecord, standing: Standing) => Promise<void>;
	/** Ends the training after the step that runs; what was done until then counts. */
	readonly signal: AbortSignal;
}

export type StopReason = 'epochs' | 'earlyStopping' | 'maxSteps' | 'maxTime' | 'signal';

/** What training came to. */
export interface TrainingResult {
	readonly history: readonly EpochRecord[];
	readonly standing: Standing;
	readonly stopped: StopReason;
	/** Loss of every step. */
	readonly stepLosses: readonly number[];
	/** Milliseconds of waiting for data and of each phase, over all steps. */
	readonly laps: Readonly<Record<string, number>>;
}

/** Trains epoch after epoch until they are done, a limit is reached or the monitored metric no longer improves. */
export const train = async (options: TrainOptions): Promise<TrainingResult> => {
	const {pool, passes, epochs, schedule, hasValidation, validateEvery, earlyStopping, maxSteps = Number.POSITIVE_INFINITY, emit, signal} = options;
	const start = performance.now();
	const history: EpochRecord[] = [];
	const stepLosses: number[] = [];
	const laps: Record<string, number> = {};
	const monitor = createMonitor(options.monitor);
	const stopper = earlyStopping && createMonitor(earlyStopping.monitor, {minDelta: earlyStopping.minDelta});
	const classifies = classesOf(pool.plan.model.head, sizeOf(pool.plan.model.output)) !== undefined;
	// Ends whatever is under way, on either side, when training ends.
	const controller = new AbortController();
	const streams = AbortSignal.any([signal, controller.signal]);
	const timeIsUp = options.maxTimeMs === undefined ? undefined : AbortSignal.timeout(options.maxTimeMs);
	const ending = timeIsUp === undefined ? streams : AbortSignal.any([streams, timeIsUp]);
	let step = 0;
	let stopped: StopReason = 'epochs';

	// Not async: that would make a second promise, whose rejection nobody hears.
	const startPass = (epoch: number): Promise<PassResult> => {
		const pass = passes.pass({lane: 'train', split: 'train', epoch, fromBatch: 0}, {signal: streams});
		pass.catch(() => {}); // It is awaited later, or given up.
		return pass;
	};

	const runEpoch = async (epoch: number): Promise<{readonly metrics: Metrics; readonly samples: number; readonly seconds: number; readonly waitShare: number; readonly reply: TrainReply}> => {
		const sums = {loss: 0, correct: 0, count: 0};
		const onStep = (outcome: StepOutcome): void => {
			step = outcome.step;
			stepLosses.push(outcome.loss);
			checkFinite(outcome, epoch, stepLosses);
			sums.loss += outcome.loss * outcome.count;
			sums.correct += outcome.correct;
			sums.count += outcome.count;
			emit({
				type: 'step', step, epoch, loss: outcome.loss, learningRate: outcome.learningRate, gradientNorm: outcome.gradientNorm,
				...(classifies && {accuracy: outcome.correct / outcome.count}),
			});
		};

		const begin = performance.now();
		let waited = 0;
		let reply: TrainReply;
		let isOver: boolean;
		do {
			reply = await pool.train({
				epoch, firstStep: step + 1, maxSteps: maxSteps - step, learningRateAt: number => learningRateAt(schedule, number - 1), onStep, signal: ending,
			});
			waited += reply.laps['waiting']!;
			for (const [name, milliseconds] of Object.entries(reply.laps)) {
				laps[name] = (laps[name] ?? 0) + milliseconds;
			}

			isOver = reply.ending !== 'done' || step >= maxSteps;
		} while (!isOver);

		const milliseconds = performance.now() - begin;
		return {
			metrics: {loss: sums.loss / sums.count, ...(classifies && {accuracy: sums.correct / sums.count})},
			samples: sums.count,
			seconds: milliseconds / 1000,
			waitShare: waited / milliseconds,
			reply,
		};
	};

	/** Nothing when it is interrupted: the training before it counts all the same. */
	const validate = async (): Promise<Totals | undefined> => {
		try {
			return await evaluateSplit({pool, passes, split: 'validation', signal: streams});
		} catch (error) {
			if (signal.aborted) {
				return undefined;
			}

			throw error;
		}
	};

	const loop = async (): Promise<void> => {
		let pass = startPass(1);
		for (let epoch = 1; epoch <= epochs; epoch++) {
			// The next epoch's batches are prepared while this one ends and is validated.
			const nextPass = epoch < epochs ? startPass(epoch + 1) : undefined;

			const {metrics, samples, seconds, waitShare, reply} = await runEpoch(epoch);
			// The stream failed: what was done of this epoch is no result.
			if (controller.signal.aborted) {
				return;
			}

			if (samples === 0 && reply.ending !== 'endOfPass') {
				stopped = reasonOf(reply);
				return;
			}

			if (samples === 0) {
				throw createError('EMPTY_EPOCH', {epoch});
			}

			const isWhole = reply.ending === 'endOfPass';
			if (isWhole) {
				await pass;
			} else {
				stopped = reasonOf(reply);
			}

			const isLast = epoch === epochs || !isWhole;
			const validates = hasValidation && !signal.aborted && (epoch % validateEvery === 0 || isLast);
			const validation = validates ? await validate() : undefined;
			const observed = {
				epoch,
				train: metrics,
				...(validation && {validation: {loss: validation.loss, ...(validation.accuracy !== undefined && {accuracy: validation.accuracy})}}),
			};
			const best = monitor.observe(observed);
			stopper?.observe(observed);
			const record: EpochRecord = {...observed, step, learningRate: learningRateAt(schedule, step - 1), seconds, samples, waitShare, best};
			history.push(record);
			emit({type: 'epoch', ...record, samplesPerSecond: samples / seconds});
			await options.onEpoch(record, {step, epoch: isWhole ? epoch : epoch - 1, batch: 0, best: monitor.best, waited: monitor.waited});

			if (!isWhole) {
				return;
			}

			if (signal.aborted) {
				stopped = 'signal';
				return;
			}

			if (stopper !== undefined && stopper.waited >= Math.max(1, earlyStopping!.patience)) {
				stopped = 'earlyStopping';
				emit({type: 'earlyStop', epoch, monitor: stopper.name, bestEpoch: stopper.best?.epoch ?? epoch});
				return;
			}

			pass = nextPass ?? pass;
		}
	};

	const reasonOf = (reply: TrainReply): StopReason => {
		if (reply.ending === 'done') {
			return 'maxSteps';
		}

		return signal.aborted ? 'signal' : 'maxTime';
	};

	const looping = loop();
	try {
		await Promise.race([passes.failed, pool.failed, looping]);
	} finally {
		controller.abort(createError('ABORTED', {reason: 'training is over'}));
		// The workers have left their command before anybody gives them another.
		await Promise.allSettled([looping]);
	}

	const {epoch = 0} = history.at(-1) ?? {};
	return {history, standing: {step, epoch, batch: 0, best: monitor.best, waited: monitor.waited}, stopped, stepLosses, laps};
};

const checkFinite = (outcome: StepOutcome, epoch: number, losses: readonly number[]): void => {
	if (!outcome.finite) {
		throw createError('DIVERGED', {
			step: outcome.step,
			epoch,
			quantity: Number.isFinite(outcome.loss) ? 'gradient' : 'loss',
			lastLoss: losses.findLast(loss => Number.isFinite(loss)),
		});
	}
};
