import {outcomeFields} from '../engines/engine.ts';
import {barrierWords} from './barrier.ts';

/** What the pool is told to do next; the arguments lie in the control block. */
export const commands = {train: 1, evaluate: 2, copyOut: 3, copyIn: 4, stop: 5} as const;
export type CommandName = keyof typeof commands;

/** How a command ended, as the lead worker saw it. */
export const endings = {running: 0, done: 1, endOfPass: 2, stopped: 3} as const;
export type EndingName = keyof typeof endings;

/** Steps of one command at most: the tables of learning rates and outcomes have this many rows. */
export const stepsPerCommand = 2048;

/** One step in so many is measured, the first of each epoch among them. */
export const measuredEvery = 64;

/** Int32 words of the control block. */
export const word = {
	/** Counts commands; workers sleep on it. */
	sequence: 0,
	command: 1,
	/** Workers that finished the current command. */
	finished: 2,
	ready: 3,
	/** Asks the lead to stop before the next step. */
	stop: 4,
	/** Some worker failed: everybody leaves. */
	failed: 5,
	/** The lead's word on the step that begins: 1 go on, 0 leave the loop. */
	go: 6,
	ending: 7,
	/** Steps or batches done by this command. */
	progress: 8,
	/** Tiles run by anyone, ever: the watchdog's pulse. */
	pulse: 9,
	/** Counts scored batches and finished workers; the main thread sleeps on it. */
	news: 10,
	/** 1 while the lead waits for a batch of the stream. */
	waiting: 11,
	/** 1 when the lead said before the last barrier that all go on with the next batch. */
	ahead: 12,
	barrier: 13,
	/** From here on one word a worker: 1 while its engine computes, when its thread must not be ended. */
	computing: 13 + barrierWords,
} as const;

/** Float64 arguments of a command. */
export const argument = {firstStep: 0, epoch: 1, maxSteps: 2, firstBatch: 3, /** Which half of the staging memory. */ half: 4, /** The first step of the epoch. */ firstOfEpoch: 5, /** Which regions are copied: a bit each. */ regions: 6, length: 7} as const;

/** Times of one command in milliseconds, written by the lead: waiting for data, then for the others at barriers, then its own tiles of each phase. */
export const lapsBeforePhases = 2;

/** The shared control block of a pool. Plain data: it crosses threads. */
export interface ControlMemory {
	readonly words: SharedArrayBuffer;
	readonly arguments: SharedArrayBuffer;
	readonly learningRates: SharedArrayBuffer;
	readonly outcomes: SharedArrayBuffer;
	readonly counts: SharedArrayBuffer;
	readonly updateRatios: SharedArrayBuffer;
	readonly records: SharedArrayBuffer;
	readonly laps: SharedArrayBuffer;
}

/** The control block as views. */
export interface Control {
	readonly words: Int32Array;
	readonly arguments: Float64Array;
	readonly learningRates: Float64Array;
	/** [stepsPerCommand, outcomeFields]. */
	readonly outcomes: Float64Array;
	/** Real rows of each step's batch. */
	readonly counts: Float64Array;
	/** Of each step that was measured; of others not a number. */
	readonly updateRatios: Float64Array;
	/** Digest of the records of each step's batch. */
	readonly records: Float64Array;
	readonly laps: Float64Array;
}

export const allocateControl = ({phases, workers}: {readonly phases: number; readonly workers: number}): ControlMemory => ({
	words: new SharedArrayBuffer((word.computing + workers) * 4),
	arguments: new SharedArrayBuffer(argument.length * 8),
	learningRates: new SharedArrayBuffer(stepsPerCommand * 8),
	outcomes: new SharedArrayBuffer(stepsPerCommand * outcomeFields.length * 8),
	counts: new SharedArrayBuffer(stepsPerCommand * 8),
	updateRatios: new SharedArrayBuffer(stepsPerCommand * 8),
	records: new SharedArrayBuffer(stepsPerCommand * 8),
	laps: new SharedArrayBuffer((lapsBeforePhases + phases) * 8),
});

export const viewControl = (memory: ControlMemory): Control => ({
	words: new Int32Array(memory.words),
	arguments: new Float64Array(memory.arguments),
	learningRates: new Float64Array(memory.learningRates),
	outcomes: new Float64Array(memory.outcomes),
	counts: new Float64Array(memory.counts),
	updateRatios: new Float64Array(memory.updateRatios),
	records: new Float64Array(memory.records),
	laps: new Float64Array(memory.laps),
});

/** How the last command ended. */
export const endingOf = (words: Int32Array): EndingName => {
	const value = Atomics.load(words, word.ending);
	return (Object.keys(endings) as EndingName[]).find(name => endings[name] === value) ?? 'stopped';
};
