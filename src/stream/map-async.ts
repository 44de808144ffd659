import type {OperatorFunction} from 'rxjs';
import type {Example} from '../tensor/example.ts';
import {Observable} from './rx.ts';
import {exampleBytes, ownExample} from './example-bytes.ts';
import type {Meter} from './meter.ts';

/** How `mapAsync` calls its function. */
export interface MapAsyncOptions {
	/** Calls of the function that may be under way at once. @default 4 */
	readonly concurrency?: number;
	/** Whether results leave in the order of their inputs. @default true */
	readonly ordered?: boolean;
	/** Is told what waits here. An operator of cardinality `one` leaves it out: the stream counts for it. */
	readonly meter?: Meter;
}

interface Entry {
	/** What the meter has been told. */
	bytes: number;
	readonly input: Example;
	output?: Example;
}

/**
 * Maps each example by an asynchronous function, a few at a time.
 *
 * What waits is a copy, so that an example never pins the chunk it came from. The function's signal aborts when nobody
 * listens any more or another call has failed.
 * @throws whatever the function throws, to the subscriber
 */
export const mapAsync = (
	project: (example: Example, options: {readonly signal: AbortSignal}) => Promise<Example>,
	{concurrency = 4, ordered = true, meter}: MapAsyncOptions = {},
): OperatorFunction<Example, Example> => {
	if (!(concurrency >= 1)) {
		throw new RangeError(`Expected \`concurrency\` to be at least 1. Received: ${concurrency}`);
	}

	return source => new Observable(subscriber => {
		const controller = new AbortController();
		const waiting: Entry[] = [];
		/** In order of input: under way or, when ordered, done but behind another one. */
		const open = new Set<Entry>();
		let active = 0;
		let sourceDone = false;

		const account = (entry: Entry, bytes: number): void => {
			const change = bytes - entry.bytes;
			entry.bytes = bytes;
			if (change !== 0) {
				meter?.add(change);
			}
		};

		const release = (entry: Entry): void => {
			open.delete(entry);
			account(entry, 0);
		};

		const emit = (entry: Entry): void => {
			release(entry);
			if (!subscriber.closed) {
				subscriber.next(entry.output!);
			}
		};

		const settle = (entry: Entry): void => {
			if (!ordered) {
				emit(entry);
				return;
			}

			for (const first of open) {
				if (first.output === undefined) {
					break;
				}

				emit(first);
			}
		};

		const call = async (entry: Entry): Promise<void> => {
			try {
				const output = await project(entry.input, {signal: controller.signal});
				if (subscriber.closed) {
					return;
				}

				active--;
				entry.output = output;
				account(entry, exampleBytes(output));
				settle(entry);
				next();
			} catch (error) {
				subscriber.error(error);
			}
		};

		const next = (): void => {
			while (active < concurrency && waiting.length > 0 && !subscriber.closed) {
				const entry = waiting.shift()!;
				active++;
				open.add(entry);
				void call(entry);
			}

			if (sourceDone && active === 0 && waiting.length === 0 && open.size === 0) {
				subscriber.complete();
			}
		};

		subscriber.add(() => {
			controller.abort();
			for (const entry of [...open, ...waiting]) {
				release(entry);
			}

			waiting.length = 0;
		});

		subscriber.add(source.subscribe({
			next(example) {
				const entry: Entry = {bytes: 0, input: ownExample(example)};
				account(entry, exampleBytes(entry.input));
				waiting.push(entry);
				next();
			},
			error(error: unknown) {
				subscriber.error(error);
			},
			complete() {
				sourceDone = true;
				next();
			},
		}));
	});
};
