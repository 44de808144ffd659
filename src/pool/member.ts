import {laneReader, type LaneReader} from '../batching/lane-reader.ts';
import type {LaneName} from '../batching/ring.ts';
import {outcomeFields, type Executor, type Step} from '../engines/engine.ts';
import {hit} from '../errors/failpoints.ts';
import {createError} from '../errors/threadloom-error.ts';
import {sizeOf} from '../tensor/shape.ts';
import type {BatchSlot} from '../tensor/slot.ts';
import {tilesOf} from '../engines/tiles.ts';
import {createBarrier} from './barrier.ts';
import {labelCheck} from './check-labels.ts';
import {argument, commands, endings, lapsBeforePhases, measuredEvery, viewControl, word} from './control.ts';
import {digestOfRecords} from './record-digest.ts';
import {describeWorkers} from './describe-workers.ts';
import {stagingView} from './staging.ts';
import type {WorkTask} from './task.ts';

/** Thrown inside a worker when another one failed or the pool is being closed in a hurry: not an error of its own. */
class Left extends Error {}

/** The batches of a lane, with what has to hold of each. */
type CheckedReader = LaneReader & {readonly check: (slot: BatchSlot) => void};

const finiteField = outcomeFields.indexOf('finite');
const pollMs = 50;

/** Obeys the command words of the control block, in lock-step with the other workers, until `stop`. */
export const runMember = async (task: WorkTask, executor: Executor): Promise<void> => {
	const {plan, place, deadlineMs} = task;
	const control = viewControl(task.control);
	const {words} = control;
	const isLead = place.worker === 0;
	const barrier = createBarrier(words, word.barrier, place.workers);
	const tiles = plan.phases.map(phase => tilesOf(phase.tiles, place));
	const predictTiles = tilesOf(plan.predictTiles, place);
	const scoreSize = plan.options.evaluationRows * sizeOf(plan.model.output);
	const mustLeave = (): boolean => Atomics.load(words, word.failed) !== 0;
	const {laps} = control;

	/** Wakes the main thread. The count goes up, so that no wake-up falls between its look and its sleep. */
	const tell = (): void => {
		Atomics.add(words, word.news, 1);
		Atomics.notify(words, word.news);
	};

	/** Runs a tile; while it runs, the thread is in the engine's hands. */
	const compute = async (tile: () => void | Promise<void>): Promise<void> => {
		Atomics.store(words, word.computing + place.worker, 1);
		const running = tile();
		if (running !== undefined) {
			await running;
		}

		Atomics.store(words, word.computing + place.worker, 0);
		Atomics.add(words, word.pulse, 1);
	};

	const meet = (stage: string): void => {
		const meeting = barrier.meet({deadlineMs, leave: mustLeave});
		if (meeting === 'left') {
			throw new Left();
		}

		if (meeting === 'late') {
			throw createError('NO_PROGRESS', {stage, seconds: deadlineMs / 1000, state: describeWorkers(words, place.workers)});
		}
	};

	/** The lead waits for the batch and says whether all go on; the others learn it at the barrier. */
	const decide = (reader: CheckedReader, batch: number): boolean => {
		if (isLead) {
			const start = performance.now();
			Atomics.store(words, word.waiting, 1);
			const ending = waitForBatch(reader, batch);
			Atomics.store(words, word.waiting, 0);
			laps[0]! += performance.now() - start;
			Atomics.store(words, word.ending, endings[ending]);
			Atomics.store(words, word.go, ending === 'running' ? 1 : 0);
		}

		meet('start of a step');
		return Atomics.load(words, word.go) === 1;
	};

	const waitForBatch = (reader: CheckedReader, batch: number): keyof typeof endings => {
		const isAborted = (): boolean => mustLeave() || Atomics.load(words, word.stop) !== 0;
		for (;;) {
			if (isAborted()) {
				return 'stopped';
			}

			const state = reader.wait(batch, pollMs, isAborted);
			// The main thread watches the stream; a worker waits as long as it takes.
			if (state === 'filled') {
				reader.check(reader.slot(batch));
				return 'running';
			}

			if (state === 'end') {
				reader.release(batch);
				return 'endOfPass';
			}
		}
	};

	const laneOf = (name: LaneName): CheckedReader => {
		const lane = task.lanes[name];
		if (lane === undefined) {
			throw createError('INTERNAL', {reason: `The pool was opened without the lane "${name}"`});
		}

		return {...laneReader(lane), check: labelCheck(plan.model, {lane: name})};
	};

	const train = async (): Promise<void> => {
		const reader = laneOf('train');
		const firstStep = control.arguments[argument.firstStep]!;
		const epoch = control.arguments[argument.epoch]!;
		const firstOfEpoch = control.arguments[argument.firstOfEpoch]!;
		const maxSteps = control.arguments[argument.maxSteps]!;
		const firstBatch = control.arguments[argument.firstBatch]!;
		const {buffer, byteOffset} = task.memory.exchange['outcome']!;
		const outcome = new Float64Array(buffer, byteOffset, outcomeFields.length);
		executor.refresh(); // While the first batch may be on its way.
		for (let done = 0; done < maxSteps; done++) {
			const batch = firstBatch + done;
			if (!decide(reader, batch)) {
				return;
			}

			const slot = reader.slot(batch);
			hit('worker', {step: firstStep + done, worker: place.worker});
			const number = firstStep + done;
			const step: Step = {number, epoch, learningRate: control.learningRates[done]!, slot, weightSum: weightSumOf(slot), isMeasured: (number - firstOfEpoch) % measuredEvery === 0};
			for (const [phase, mine] of tiles.entries()) {
				const start = performance.now();
				for (const tile of mine) {
					// The tiles of a worker share its session: they run one after the other.
					await compute(() => {
						hit('engine', {step: number, worker: place.worker});
						return executor.run(phase, tile, step);
					});
				}

				const end = performance.now();
				meet(plan.phases[phase]!.name);
				if (isLead) {
					laps[lapsBeforePhases + phase]! += end - start;
					laps[1]! += performance.now() - end;
				}
			}

			if (isLead) {
				control.outcomes.set(outcome, done * outcomeFields.length);
				control.counts[done] = slot.count;
				control.updateRatios[done] = step.isMeasured ? executor.updateRatio() : Number.NaN;
				control.records[done] = digestOfRecords(slot.records, slot.count);
				reader.release(batch);
				Atomics.store(words, word.progress, done + 1);
				if (outcome[finiteField] === 0) {
					Atomics.store(words, word.stop, 1);
				}
			}
		}

		if (isLead) {
			Atomics.store(words, word.ending, endings.done);
		}
	};

	/** The lead does not release: the main thread reads scores and labels first. */
	const evaluate = async (): Promise<void> => {
		const reader = laneOf('evaluation');
		const firstBatch = control.arguments[argument.firstBatch]!;
		const {slots} = (task.lanes.evaluation!);
		for (let done = 0; ; done++) {
			const batch = firstBatch + done;
			if (!decide(reader, batch)) {
				return;
			}

			const outputs = new Float32Array(task.scores, (batch % slots) * scoreSize * 4, scoreSize);
			const slot = reader.slot(batch);
			for (const tile of predictTiles) {
				await compute(() => executor.predict(tile, slot, outputs));
			}

			meet('predict');
			if (isLead) {
				Atomics.store(words, word.progress, done + 1);
				tell();
			}
		}
	};

	const copy = (direction: 'copyOut' | 'copyIn'): void => {
		const isCopied = (index: number): boolean => (control.arguments[argument.regions]! & (1 << index)) !== 0;
		for (const {name} of plan.regions.filter((_, index) => isCopied(index))) {
			executor[direction](name, stagingView(task.staging, {regions: plan.regions, name, half: control.arguments[argument.half]!}));
		}

		meet(direction);
	};

	try {
		Atomics.add(words, word.ready, 1);
		tell();
		if (task.lanes.train !== undefined) {
			// While the main thread puts the parameters into their order. What fails now fails again in the step, which tells it.
			await compute(executor.prepare).catch(() => {});
		}

		for (let sequence = 0; ;) {
			while (Atomics.load(words, word.sequence) === sequence) {
				Atomics.wait(words, word.sequence, sequence, 1000);
				if (mustLeave()) {
					throw new Left();
				}
			}

			sequence++;
			const command = Atomics.load(words, word.command);

			if (command === commands.stop) {
				return;
			}

			if (command === commands.train) {
				await train();
			} else if (command === commands.evaluate) {
				await evaluate();
			} else {
				copy(command === commands.copyOut ? 'copyOut' : 'copyIn');
			}

			Atomics.add(words, word.finished, 1);
			tell();
		}
	} catch (error) {
		if (!(error instanceof Left)) {
			Atomics.store(words, word.failed, 1);
			Atomics.add(words, word.finished, place.workers);
			tell();
			throw error;
		}
	} finally {
		await executor.release();
	}
};

const weightSumOf = (slot: BatchSlot): number => {
	let sum = 0;
	for (const weight of slot.weights) {
		sum += weight;
	}

	return sum;
};
