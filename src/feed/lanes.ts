import {laneWriter, type LaneWriter} from '../batching/lane-writer.ts';
import type {PassRequest, PassResult} from '../batching/pass.ts';
import type {LaneName, RingMemory} from '../batching/ring.ts';
import {createError} from '../errors/threadloom-error.ts';
import {throwIfAborted} from '../stream/abort.ts';

/** The lanes that a stream fills: passes of one lane follow each other, the lanes are independent. */
export interface Lanes {
	readonly attach: (ring: Partial<RingMemory>) => void;
	/** Runs a pass behind those that its lane has been asked for already. @throws ABORTED when the one before it did not come to its end */
	readonly queue: (
		request: PassRequest,
		run: (writer: LaneWriter, signal: AbortSignal) => Promise<PassResult>,
		options: {readonly signal: AbortSignal},
	) => Promise<PassResult>;
	/** Resolves when no pass is under way. */
	readonly idle: () => Promise<void>;
}

/** Makes the lanes of a stream; `closing` ends all passes. */
export const createLanes = (closing: AbortSignal): Lanes => {
	const writers = new Map<LaneName, LaneWriter>();
	const broken = new Set<LaneName>();
	/** The pass that was asked for last, until it is over. */
	const pending = new Map<LaneName, Promise<PassResult>>();

	return {
		attach(ring) {
			for (const name of ['train', 'evaluation'] as const) {
				const lane = ring[name];
				if (lane !== undefined) {
					writers.set(name, laneWriter(lane));
				}
			}
		},
		async queue({lane}, run, {signal: asked}) {
			const writer = writers.get(lane);
			if (writer === undefined) {
				throw createError('INTERNAL', {reason: `a pass was asked for into the lane "${lane}", which was not handed over`});
			}

			const signal = AbortSignal.any([asked, closing]);
			const before = pending.get(lane);
			const fill = async (): Promise<PassResult> => {
				const [waited] = await Promise.allSettled(before === undefined ? [] : [before]);
				if (waited?.status === 'rejected') {
					throw createError('ABORTED', {reason: 'the pass before it did not come to its end'});
				}

				throwIfAborted(signal);
				// The reading side may have taken back what nobody read.
				if (!writer.resume() && broken.has(lane)) {
					throw createError('ABORTED', {reason: 'an earlier pass did not come to its end'});
				}

				broken.delete(lane);
				try {
					return await run(writer, signal);
				} catch (error) {
					broken.add(lane);
					throw error;
				}
			};

			const running = fill();
			pending.set(lane, running);
			try {
				return await running;
			} finally {
				if (pending.get(lane) === running) {
					pending.delete(lane);
				}
			}
		},
		async idle() {
			await Promise.allSettled(pending.values());
		},
	};
};
