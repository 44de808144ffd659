import {outcomeFields, type Executor, type Step} from '../engines/engine.ts';
import {tilesOf} from '../engines/tiles.ts';
import {hit} from '../errors/failpoints.ts';
import {sizeOf} from '../tensor/shape.ts';
import type {BatchSlot} from '../tensor/slot.ts';
import {argument, commands, endings, lapsBeforePhases, measuredEvery, word} from './control.ts';
import {createLockStep, Left, type LockStep} from './lock-step.ts';
import {digestOfRecords} from './record-digest.ts';
import {stagingView} from './staging.ts';
import type {WorkTask} from './task.ts';

const finiteField = outcomeFields.indexOf('finite');

/** What a worker does at a command. */
interface Member {
	readonly train: () => Promise<void>;
	readonly evaluate: () => Promise<void>;
	readonly copy: (direction: 'copyOut' | 'copyIn') => void;
}

const createMember = (task: WorkTask, executor: Executor, {control, isLead, tell, compute, meet, laneOf, decideAhead, decide}: LockStep): Member => {
	const {plan, place: {worker}} = task;
	const {words, laps} = control;
	const tiles = plan.phases.map(phase => tilesOf(phase.tiles, task.place));
	const predictTiles = tilesOf(plan.predictTiles, task.place);
	const scoreSize = plan.options.evaluationRows * sizeOf(plan.model.output);

	/** All phases of one step; the lead takes their times, and has a look ahead before the last barrier. */
	const runPhases = async (step: Step, lookAhead: () => void): Promise<void> => {
		for (const [phase, mine] of tiles.entries()) {
			const start = performance.now();
			for (const tile of mine) {
				// The tiles of a worker share its session: they run one after the other.
				await compute(() => {
					hit('engine', {step: step.number, worker});
					return executor.run(phase, tile, step);
				});
			}

			if (isLead && phase === tiles.length - 1) {
				lookAhead();
			}

			const end = performance.now();
			meet(plan.phases[phase]!.name);
			if (isLead) {
				laps[lapsBeforePhases + phase]! += end - start;
				laps[1]! += performance.now() - end;
			}
		}
	};

	/** Leaves what a step came to for the main thread; one that is not finite is the last. */
	const tellStep = (index: number, {slot, isMeasured}: Step, outcome: Float64Array): void => {
		control.outcomes.set(outcome, index * outcomeFields.length);
		control.counts[index] = slot.count;
		control.updateRatios[index] = isMeasured ? executor.updateRatio() : Number.NaN;
		control.records[index] = digestOfRecords(slot.records, slot.count);
		if (outcome[finiteField] === 0) {
			Atomics.store(words, word.stop, 1);
		}
	};

	return {
		async train() {
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
				const number = firstStep + done;
				hit('worker', {step: number, worker});
				const step: Step = {number, epoch, learningRate: control.learningRates[done]!, slot, weightSum: weightSumOf(slot), isMeasured: (number - firstOfEpoch) % measuredEvery === 0};
				await runPhases(step, () => {
					const isLast = done + 1 === maxSteps || outcome[finiteField] === 0;
					decideAhead(reader, isLast ? undefined : batch + 1);
				});
				if (isLead) {
					tellStep(done, step, outcome);
					reader.release(batch);
					Atomics.store(words, word.progress, done + 1);
				}
			}

			if (isLead) {
				Atomics.store(words, word.ending, endings.done);
			}
		},
		// The lead does not release: the main thread reads scores and labels first.
		async evaluate() {
			const reader = laneOf('evaluation');
			const firstBatch = control.arguments[argument.firstBatch]!;
			const {slots} = task.lanes.evaluation!;
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
		},
		copy(direction) {
			const isCopied = (index: number): boolean => (control.arguments[argument.regions]! & (1 << index)) !== 0;
			for (const {name} of plan.regions.filter((_, index) => isCopied(index))) {
				executor[direction](name, stagingView(task.staging, {regions: plan.regions, name, half: control.arguments[argument.half]!}));
			}

			meet(direction);
		},
	};
};

/** Obeys the command words of the control block, in lock-step with the other workers, until `stop`. */
export const runMember = async (task: WorkTask, executor: Executor): Promise<void> => {
	const lockStep = createLockStep(task);
	const {control: {words}, mustLeave, tell, compute} = lockStep;
	const member = createMember(task, executor, lockStep);
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
				await member.train();
			} else if (command === commands.evaluate) {
				await member.evaluate();
			} else {
				member.copy(command === commands.copyOut ? 'copyOut' : 'copyIn');
			}

			Atomics.add(words, word.finished, 1);
			tell();
		}
	} catch (error) {
		if (!(error instanceof Left)) {
			Atomics.store(words, word.failed, 1);
			Atomics.add(words, word.finished, task.place.workers);
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
