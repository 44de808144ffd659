import {setImmediate} from 'node:timers/promises';
import type {Example, RecordChunk} from '../tensor/example.ts';
import {Observable} from './rx.ts';
import {abortError} from './abort.ts';
import type {Meter} from './meter.ts';

export interface FlowOptions {
	/** Counts what is held downstream. */
	readonly meter: Meter;
	/** Bytes that may be held downstream before the gate closes. */
	readonly budget: number;
	readonly signal: AbortSignal;
}

/**
 * How long the gate may keep the thread before messages and timers get their turn, in ms: the decompressor hands over
 * small pieces, and waits in between.
 */
const turn = 0.08;
/** Reading the clock for every example would cost as much as a small operator. */
const examplesBetweenLooks = 4;

/** Hands out the examples of a chunk; their features are views. */
function * examplesOf({source, first, count, features, labels}: RecordChunk): Generator<Example, void> {
	const size = features.length / count;
	const labelSize = labels.length / count;
	for (let row = 0; row < count; row++) {
		yield {
			index: first + row,
			source,
			features: features.subarray(row * size, (row + 1) * size),
			label: labelSize === 1 ? labels[row]! : labels.subarray(row * labelSize, (row + 1) * labelSize),
		};
	}
}

/**
 * Turns chunks that are pulled into examples that are pushed: the one seam between the two.
 *
 * The next chunk is pulled, and the next example pushed, only while less than `budget` bytes are held downstream. Errors
 * of the chunks reach the subscriber; unsubscribing, an abort and an error close the chunks by `return()`.
 * @throws the chunks' errors, and ABORTED or the signal's own reason, to the subscriber
 */
export const flow = (chunks: AsyncIterable<RecordChunk>, {meter, budget, signal}: FlowOptions): Observable<Example> =>
	new Observable(subscriber => {
		if (signal.aborted) {
			subscriber.error(abortError(signal));
			return;
		}

		const iterator = chunks[Symbol.asyncIterator]();
		let exhausted = false;
		let wake: (() => void) | undefined;
		let since = performance.now();
		let looks = 0;

		const isFull = (): boolean => meter.held >= budget && !subscriber.closed;
		const isLate = (): boolean => looks++ % examplesBetweenLooks === 0 && performance.now() - since > turn;
		const released = async (): Promise<void> => new Promise(resolve => {
			wake = resolve;
		});

		/** Lets others have the thread, and waits until less than the budget is held, or nobody listens any more. */
		const rest = async (): Promise<void> => {
			await (isFull() ? released() : setImmediate());
			since = performance.now();
		};

		const stopListening = meter.onRelease(() => {
			if (meter.held < budget) {
				wake?.();
			}
		});

		const emit = async (chunk: RecordChunk): Promise<void> => {
			for (const example of examplesOf(chunk)) {
				// Several gates may share a meter: who wakes first may fill it again.
				while (isFull() || isLate()) {
					await rest();
				}

				if (subscriber.closed) {
					return;
				}

				subscriber.next(example);
			}
		};

		const run = async (): Promise<void> => {
			while (!subscriber.closed) {
				while (isFull()) {
					await rest();
				}

				if (subscriber.closed) {
					return;
				}

				const result = await iterator.next();
				if (result.done) {
					exhausted = true;
					subscriber.complete();
					return;
				}

				await emit(result.value);
			}
		};

		const onAbort = (): void => {
			subscriber.error(abortError(signal));
		};

		signal.addEventListener('abort', onAbort, {once: true});
		subscriber.add(() => {
			signal.removeEventListener('abort', onAbort);
			stopListening();
			wake?.();
			if (!exhausted) {
				// The reader of a stream that nobody listens to any more may fail unheard.
				void Promise.resolve(iterator.return?.()).catch(() => undefined);
			}
		});

		run().catch((error: unknown) => {
			exhausted = true;
			subscriber.error(error);
		});
	});
