import type {PassResult} from '../batching/pass.ts';
import {createError} from '../errors/threadloom-error.ts';
import {evaluateSplit} from '../evaluation/evaluate.ts';
import type {Totals} from '../evaluation/accumulator.ts';
import {learningRateAt} from '../optimizers/schedule.ts';
import type {TrainReply} from '../pool/pool.ts';
import {createEpochSums} from './epoch-sums.ts';
import {beginning, nothingOpen, type EpochRecord, type Metrics, type OpenEpoch, type Standing} from './history.ts';
import {createMonitor} from './monitor.ts';
import type {StopReason, TrainOptions, TrainingResult} from './options.ts';

/** One epoch, or as much of it as there was time for. */
interface EpochReply {
	readonly ending: TrainReply['ending'];
	readonly metrics: Metrics;
	readonly open: OpenEpoch;
	/** Batches done of it. */
	readonly batch: number;
	/** Of this start alone. */
	readonly seconds: number;
	readonly samples: number;
	readonly waitShare: number;
}

/** Trains epoch after epoch until they are done, a limit is reached or the monitored metric no longer improves. */
export const train = async (options: TrainOptions): Promise<TrainingResult> => {
	const {pool, passes, epochs, schedule, hasValidation, validateEvery, earlyStopping, maxSkipped = 0, maxSteps = Number.POSITIVE_INFINITY, from = beginning, record, pace, emit, signal} = options;
	const laps: Record<string, number> = {};
	const monitor = createMonitor(options.monitor, {from: from.monitor});
	const stopper = earlyStopping && createMonitor(earlyStopping.monitor, {minDelta: earlyStopping.minDelta, from: from.stopper});
	// Ends whatever is under way, on either side, when training ends.
	const controller = new AbortController();
	const streams = AbortSignal.any([signal, controller.signal]);
	const timeIsUp = options.maxTimeMs === undefined ? undefined : AbortSignal.timeout(options.maxTimeMs);
	const ending = timeIsUp === undefined ? streams : AbortSignal.any([streams, timeIsUp]);
	const started: Array<Promise<PassResult>> = [];
	let standing = from;
	let stopped: StopReason = 'epochs';

	const stand = (place: Pick<Standing, 'step' | 'epoch' | 'batch' | 'open' | 'skipped'>): Standing => ({...place, monitor: monitor.watched(), stopper: stopper?.watched() ?? from.stopper});

	// Not async: that would make a second promise, whose rejection nobody hears.
	const startPass = (epoch: number, fromBatch: number): Promise<PassResult> => {
		const pass = passes.pass({lane: 'train', split: 'train', epoch, fromBatch, isFresh: started.length === 0}, {signal: streams});
		pass.catch(() => {}); // It is awaited later, or given up.
		started.push(pass);
		return pass;
	};

	const pauseFor = async (due: 'checkpoint' | 'snapshot'): Promise<void> => {
		const start = performance.now();
		await options.onPause(standing, due);
		pace.taken(due, performance.now() - start);
	};

	const runEpoch = async (epoch: number): Promise<EpochReply> => {
		const sums = createEpochSums({pool, epoch, open: standing.open, step: standing.step, skipped: standing.skipped, maxSkipped, record, emit});
		const {batch: firstBatch, open: {steps: firstStep, count: before}} = standing;
		const batch = (): number => firstBatch + sums.open().steps - firstStep;
		const begin = performance.now();
		let waited = 0;
		let reply: TrainReply;
		for (;;) {
			const step = sums.step();
			reply = await pool.train({
				epoch,
				firstStep: step + 1,
				firstOfEpoch: step + 1 - batch(),
				maxSteps: Math.min(maxSteps - step, pace.stepsLeft(step)),
				learningRateAt: number => learningRateAt(schedule, number - 1),
				onStep: sums.add,
				signal: AbortSignal.any([ending, pace.pause()]),
			});
			waited += reply.laps['waiting']!;
			for (const [name, milliseconds] of Object.entries(reply.laps)) {
				laps[name] = (laps[name] ?? 0) + milliseconds;
			}

			if (reply.ending === 'endOfPass' || ending.aborted || sums.step() >= maxSteps) {
				break;
			}

			standing = stand({step: sums.step(), epoch: epoch - 1, batch: batch(), open: sums.open(), skipped: sums.skipped()});
			const due = pace.due({step: standing.step});
			if (due !== undefined) {
				await pauseFor(due);
			}
		}

		const milliseconds = performance.now() - begin;
		const open = sums.open();
		standing = stand({step: sums.step(), epoch: epoch - 1, batch: batch(), open, skipped: sums.skipped()});
		return {
			ending: reply.ending, metrics: sums.metrics(), open, batch: batch(), seconds: milliseconds / 1000, samples: open.count - before, waitShare: waited / milliseconds,
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

	const tell = (told: EpochRecord): void => {
		if (!record.history.some(({epoch}) => epoch === told.epoch)) {
			record.history.push(told);
			emit({type: 'epoch', ...told, samplesPerSecond: told.samples / told.seconds});
		}
	};

	const hasStopped = (): boolean => stopper !== undefined && stopper.watched().waited >= Math.max(1, earlyStopping!.patience);

	/** Validates an epoch, judges and tells it. */
	const endEpoch = async (epoch: number, {metrics, open, batch, seconds, samples, waitShare, ending: how}: EpochReply): Promise<void> => {
		const isWhole = how === 'endOfPass';
		const {step} = standing;
		const isDue = hasValidation && (epoch % validateEvery === 0 || epoch === epochs || !isWhole);
		const validation = isDue && !signal.aborted ? await validate() : undefined;
		const observed = {
			epoch,
			step,
			...(!isWhole && {brokenOffAfter: batch}),
			train: metrics,
			...(validation && {validation: {loss: validation.loss, ...(validation.accuracy !== undefined && {accuracy: validation.accuracy})}}),
		};
		const best = monitor.observe(observed);
		stopper?.observe(observed);
		// One that was interrupted before its validation is validated when the training goes on.
		if (isWhole && (!isDue || validation !== undefined)) {
			standing = stand({step, epoch, batch: 0, open: nothingOpen, skipped: standing.skipped});
		}

		const told: EpochRecord = {
			...observed,
			gradientNorm: open.gradientNorm / (open.steps - open.skipped),
			...(open.measured > 0 && {updateRatio: open.updateRatio / open.measured}),
			...(open.skipped > 0 && {skipped: open.skipped}),
			learningRate: learningRateAt(schedule, step - 1), seconds, samples, waitShare, ...(options.loopLag && {loopLagMs: options.loopLag()}), best,
		};
		tell(told);
		await options.onEpoch(told, standing);
	};

	const loop = async (): Promise<void> => {
		if (from.batch === 0 && hasStopped()) {
			stopped = 'earlyStopping';
			return;
		}

		let pass = from.epoch < epochs ? startPass(from.epoch + 1, from.batch) : undefined;
		for (let epoch = from.epoch + 1; epoch <= epochs; epoch++) {
			// The next epoch's batches are prepared while this one ends and is validated.
			const nextPass = epoch < epochs ? startPass(epoch + 1, 0) : undefined;
			const reply = await runEpoch(epoch);
			// The stream failed: what was done of this epoch is no result.
			if (controller.signal.aborted) {
				return;
			}

			const isWhole = reply.ending === 'endOfPass';
			if (!isWhole) {
				stopped = reasonOf(reply);
			}

			if (reply.open.steps === 0) {
				if (isWhole) {
					throw createError('EMPTY_EPOCH', {epoch});
				}

				return;
			}

			if (isWhole) {
				await pass;
			}

			await endEpoch(epoch, reply);
			if (!isWhole) {
				return;
			}

			if (signal.aborted) {
				stopped = 'signal';
				return;
			}

			if (hasStopped()) {
				stopped = 'earlyStopping';
				emit({type: 'earlyStop', epoch, monitor: stopper!.name, bestEpoch: stopper!.watched().best?.epoch ?? epoch});
				return;
			}

			const due = epoch < epochs ? pace.due({step: standing.step, epoch}) : undefined;
			if (due !== undefined) {
				await pauseFor(due);
			}

			pass = nextPass;
		}
	};

	const reasonOf = ({ending: how}: EpochReply): StopReason => {
		if (signal.aborted) {
			return 'signal';
		}

		return how === 'done' ? 'maxSteps' : 'maxTime';
	};

	const looping = loop();
	try {
		await Promise.race([passes.failed, pool.failed, options.failed, looping]);
	} finally {
		controller.abort(createError('ABORTED', {reason: 'training is over'}));
		// The workers have left their command before anybody gives them another, and the lane is free for the next pass.
		await Promise.allSettled([looping, ...started]);
	}

	return {standing, stopped, laps};
};
