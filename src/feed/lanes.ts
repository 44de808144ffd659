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

/** A pass that was asked for; the next one of its lane looks at it. */
interface Queued {
	state: 'pending' | 'done' | 'failed';
	over: Promise<void>;
}

/** Makes the lanes of a stream; `closing` ends all passes. */
export const createLanes = (closing: AbortSignal): Lanes => {
	const writers = new Map<LaneName, LaneWriter>();
	const broken = new Set<LaneName>();
	const latest = new Map<LaneName, Queued>();

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
			const before = latest.get(lane);
			const queued: Queued = {state: 'pending', over: Promise.resolve()};
			const fill = async (): Promise<PassResult> => {
				if (before?.state === 'pending') {
					await before.over;
					if ((before as Queued).state === 'failed') {
						throw createError('ABORTED', {reason: 'the pass before it did not come to its end'});
					}
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
			// The next one waits for it, whatever comes of it.
			queued.over = (async () => {
				const [{status}] = await Promise.allSettled([running]);
				queued.state = status === 'fulfilled' ? 'done' : 'failed';
			})();
			latest.set(lane, queued);
			await queued.over;
			return running;
		},
		async idle() {
			await Promise.all([...latest.values()].map(async ({over}) => over));
		},
	};
};
