import {laneReader} from '../batching/lane-reader.ts';
import type {LaneMemory} from '../batching/ring.ts';
import {createError} from '../errors/threadloom-error.ts';
import type {BatchSlot} from '../tensor/slot.ts';
import type {Commander} from './commander.ts';
import {argument, endingOf, word, type Control} from './control.ts';

/** One scored batch; its arrays are valid until the callback returns. */
export interface ScoredBatch {
	readonly slot: BatchSlot;
	/** [rows, …output]. */
	readonly scores: Float32Array;
}

export interface EvaluateRequest {
	/** Takes the batches in order. */
	readonly onBatch: (batch: ScoredBatch) => void;
	/** Stops before the next batch. */
	readonly signal: AbortSignal;
}

/** The command that has the workers score a pass, told batch by batch; its batches are counted on from call to call. */
export const createEvaluateCommand = ({control: {words, arguments: its}, commander, lane, scores, scoreSize, firstBatch}: {
	readonly control: Control;
	readonly commander: Pick<Commander, 'issue' | 'progressBeyond'>;
	readonly lane: LaneMemory | undefined;
	/** [slots, scoreSize]. */
	readonly scores: SharedArrayBuffer;
	/** Elements of the scores of one slot. */
	readonly scoreSize: number;
	readonly firstBatch: number;
}): ((request: EvaluateRequest) => Promise<void>) => {
	let nextBatch = firstBatch;
	return async ({onBatch, signal}) => {
		// Nobody would stop the workers any more.
		signal.throwIfAborted();
		if (lane === undefined) {
			throw createError('INTERNAL', {reason: 'a pool without a lane for evaluation was asked to evaluate'});
		}

		const reader = laneReader(lane);
		its[argument.firstBatch] = nextBatch;
		const finished = commander.issue('evaluate');
		const stop = (): void => {
			Atomics.store(words, word.stop, 1);
		};

		signal.addEventListener('abort', stop, {once: true});
		let seen = 0;
		const drain = (): void => {
			for (const done = Atomics.load(words, word.progress); seen < done; seen++) {
				const batch = nextBatch + seen;
				onBatch({
					slot: reader.slot(batch),
					scores: new Float32Array(scores, (batch % lane.slots) * scoreSize * 4, scoreSize),
				});
				reader.release(batch);
			}
		};

		try {
			while (await commander.progressBeyond(seen)) {
				drain();
			}

			await finished;
			drain();
		} finally {
			signal.removeEventListener('abort', stop);
		}

		nextBatch += seen + (endingOf(words) === 'endOfPass' ? 1 : 0);
		signal.throwIfAborted();
	};
};
