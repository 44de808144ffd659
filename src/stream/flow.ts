import {setImmediate} from 'node:timers/promises';
import type {Subscriber} from 'rxjs';
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

/** How long the gate may keep the thread before timers and messages get their turn, in ms. */
const turn = 10;

/** Resolves when less than the budget is held, or when the gate has ended. */
type Room = () => Promise<void> | undefined;

/** Hands out the examples of a chunk; their features are views. */
export function * examplesOf({source, first, count, features, labels}: RecordChunk): Generator<Example, void> {
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

type Emit<T> = (chunk: RecordChunk, subscriber: Subscriber<T>, room: Room) => void | Promise<void>;

const gate = <T>(chunks: AsyncIterable<RecordChunk>, {meter, budget, signal}: FlowOptions, emit: Emit<T>): Observable<T> =>
	new Observable(subscriber => {
		if (signal.aborted) {
			subscriber.error(abortError(signal));
			return;
		}

		const iterator = chunks[Symbol.asyncIterator]();
		let exhausted = false;
		let wake: (() => void) | undefined;

		const full = (): boolean => meter.held >= budget && !subscriber.closed;
		const released = async (): Promise<void> => new Promise(resolve => {
			wake = resolve;
		});

		const wait = async (): Promise<void> => {
			// Several gates may share a meter: who wakes first may fill it again.
			while (full()) {
				await released();
			}
		};

		const room: Room = async () => (full() ? wait() : undefined);

		const stopListening = meter.onRelease(() => {
			if (meter.held < budget) {
				wake?.();
			}
		});

		const run = async (): Promise<void> => {
			let since = performance.now();
			while (!subscriber.closed) {
				await room();
				if (performance.now() - since > turn) {
					await setImmediate();
					since = performance.now();
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

				await emit(result.value, subscriber, room);
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

const emitExamples: Emit<Example> = async (chunk, subscriber, room) => {
	for (const example of examplesOf(chunk)) {
		const wait = room();
		if (wait !== undefined) {
			await wait;
		}

		if (subscriber.closed) {
			return;
		}

		subscriber.next(example);
	}
};

/**
 * Turns chunks that are pulled into examples that are pushed: the one seam between the two.
 *
 * The next chunk is pulled, and the next example pushed, only while less than `budget` bytes are held downstream. Errors
 * of the chunks reach the subscriber; unsubscribing, an abort and an error close the chunks by `return()`.
 * @throws the chunks' errors, and ABORTED or the signal's own reason, to the subscriber
 */
export const flow = (chunks: AsyncIterable<RecordChunk>, options: FlowOptions): Observable<Example> => gate(chunks, options, emitExamples);

/** The same gate for chunks as they are, for streams in which no operator needs single examples. */
export const flowChunks = (chunks: AsyncIterable<RecordChunk>, options: FlowOptions): Observable<RecordChunk> =>
	gate(chunks, options, (chunk, subscriber) => {
		subscriber.next(chunk);
	});
