import {resetLane} from '../batching/lane-words.ts';
import type {LaneName, RingMemory} from '../batching/ring.ts';
import {createFailure} from '../errors/failure.ts';
import {ThreadloomError} from '../errors/threadloom-error.ts';
import type {Feed} from './feed.ts';

/**
 * Watches passes from the side of those who read them: a lane whose last pass did not come to its end is taken back
 * before the next one starts, and a pass that fails by itself is a failure of the stream, for those who wait for batches.
 */
export const watchPasses = ({attach, pass, lost}: Pick<Feed, 'attach' | 'pass'> & {readonly lost?: Promise<never>}): Pick<Feed, 'attach' | 'pass' | 'failed'> => {
	let ring: Partial<RingMemory> = {};
	const broken = new Set<LaneName>();
	const open: Record<LaneName, number> = {train: 0, evaluation: 0};
	const {failed, fail} = createFailure();
	lost?.catch(fail);
	return {
		failed,
		async attach(given) {
			ring = given;
			await attach(given);
		},
		async pass(request, options) {
			const {lane} = request;
			const memory = ring[lane];
			// Before anything is awaited: whoever asks starts reading next.
			if (memory !== undefined && open[lane] === 0) {
				const wasBroken = broken.delete(lane);
				// Whole passes may lie in the lane, whose readers were lost.
				if (wasBroken || request.isFresh === true) {
					resetLane(memory);
				}
			}

			open[lane]++;
			try {
				return await pass(request, options);
			} catch (error) {
				broken.add(lane);
				if (!options.signal.aborted && !(error instanceof ThreadloomError && error.code === 'ABORTED')) {
					fail(error);
				}

				throw error;
			} finally {
				open[lane]--;
			}
		},
	};
};
