import {Worker} from 'node:worker_threads';
import type {ThreadData} from './protocol.ts';
import {allocateStage} from './stage.ts';

/** A thread for a stream, and the words by which others see what it does. */
export interface StreamWorker {
	readonly worker: Worker;
	readonly stage: SharedArrayBuffer;
}

/** Chunks die young: a small young generation gives their memory back sooner, at no cost in speed. */
const maxYoungGenerationSizeMb = 6;

const startWorker = (): StreamWorker => {
	const stage = allocateStage();
	return {stage, worker: new Worker(new URL('worker.js', import.meta.url), {name: 'stream', workerData: {stage} satisfies ThreadData, resourceLimits: {maxYoungGenerationSizeMb}})};
};

let ahead: StreamWorker | undefined;

/** Starts the thread that the next stream will take: it loads its code while this one finds out what to stream. It keeps no process alive. */
export const startAhead = (): void => {
	const started = startWorker();
	started.worker.unref();
	started.worker.once('error', () => {
		ahead = undefined; // Whoever comes starts one, and hears of what is wrong.
	});
	ahead = started;
};

/** The thread that was started ahead, or a new one. */
export const takeStreamWorker = (): StreamWorker => {
	const taken = ahead ?? startWorker();
	ahead = undefined;
	taken.worker.ref();
	return taken;
};
