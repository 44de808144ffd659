import {outcomeFields} from '../engines/engine.ts';
import type {Commander} from './commander.ts';
import {argument, endingOf, lapsBeforePhases, stepsPerCommand, word, type Control, type EndingName} from './control.ts';

/** What one training step came to. */
export interface StepOutcome {
	/** From 1. */
	readonly step: number;
	/** Mean over the batch. */
	readonly loss: number;
	/** Sum of the weights of correctly classified rows. */
	readonly correct: number;
	/** Before clipping. */
	readonly gradientNorm: number;
	/** Whether loss and gradient are; when not, the step was not applied. */
	readonly finite: boolean;
	readonly learningRate: number;
	/** ‖Δθ‖ / ‖θ‖, of few steps. */
	readonly updateRatio: number | undefined;
	/** Real rows of the batch. */
	readonly count: number;
	/** Digest of the records that the batch held, in their order. */
	readonly records: number;
}

export interface TrainRequest {
	/** From 1. */
	readonly epoch: number;
	/** From 1. */
	readonly firstStep: number;
	/** The first step of the epoch, before this request perhaps. */
	readonly firstOfEpoch: number;
	readonly maxSteps: number;
	readonly learningRateAt: (step: number) => number;
	readonly onStep: (outcome: StepOutcome) => void;
	/** Stops before the next step. */
	readonly signal: AbortSignal;
}

export interface TrainReply {
	readonly steps: number;
	/** `endOfPass`: the stream's pass is over; `done`: `maxSteps` were made; `stopped`: asked to, or not finite. */
	readonly ending: EndingName;
	/** Milliseconds of the first worker: waiting for data, its tiles of each phase by name, waiting for the others. */
	readonly laps: Readonly<Record<string, number>>;
}

const pollMs = 50;

/** The command that has the workers train, told step by step; its batches are counted on from call to call. */
export const createTrainCommand = ({control, commander, phases, firstBatch}: {
	readonly control: Control;
	readonly commander: Pick<Commander, 'issue'>;
	/** Their names. */
	readonly phases: readonly string[];
	readonly firstBatch: number;
}): ((request: TrainRequest) => Promise<TrainReply>) => {
	const {words} = control;
	let nextBatch = firstBatch;
	const readOutcome = (index: number, firstStep: number): StepOutcome => {
		const field = (name: (typeof outcomeFields)[number]): number =>
			control.outcomes[index * outcomeFields.length + outcomeFields.indexOf(name)]!;
		return {
			step: firstStep + index,
			loss: field('loss'),
			correct: field('correct'),
			gradientNorm: field('gradientNorm'),
			finite: field('finite') !== 0,
			learningRate: control.learningRates[index]!,
			updateRatio: Number.isFinite(control.updateRatios[index]!) ? control.updateRatios[index] : undefined,
			count: control.counts[index]!,
			records: control.records[index]!,
		};
	};

	return async ({epoch, firstStep, firstOfEpoch, maxSteps, learningRateAt, onStep, signal}: TrainRequest): Promise<TrainReply> => {
		const limit = Math.min(maxSteps, stepsPerCommand);
		for (let index = 0; index < limit; index++) {
			control.learningRates[index] = learningRateAt(firstStep + index);
		}

		control.arguments[argument.firstStep] = firstStep;
		control.arguments[argument.epoch] = epoch;
		control.arguments[argument.firstOfEpoch] = firstOfEpoch;
		control.arguments[argument.maxSteps] = limit;
		control.arguments[argument.firstBatch] = nextBatch;
		control.laps.fill(0);
		let seen = 0;
		let fault: unknown;
		const stop = (): void => {
			Atomics.store(words, word.stop, 1);
		};

		const drain = (): void => {
			try {
				for (const done = Atomics.load(words, word.progress); seen < done; seen++) {
					onStep(readOutcome(seen, firstStep));
				}
			} catch (error) {
				// A listener that throws, in a timer too, ends the training and not the process.
				fault ??= error;
				stop();
			}
		};

		const poll = setInterval(drain, pollMs);
		try {
			const finished = commander.issue('train');
			signal.addEventListener('abort', stop, {once: true});
			if (signal.aborted) {
				stop();
			}

			await finished;
			drain();
		} finally {
			clearInterval(poll);
			signal.removeEventListener('abort', stop);
		}

		if (fault !== undefined) {
			throw fault;
		}

		const ending = endingOf(words);
		nextBatch += seen + (ending === 'endOfPass' ? 1 : 0);
		const laps = {
			waiting: control.laps[0]!,
			...Object.fromEntries(phases.map((name, phase) => [name, control.laps[lapsBeforePhases + phase]!])),
			barrier: control.laps[1]!,
		};
		return {steps: seen, ending, laps};
	};
};
