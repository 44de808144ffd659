import type {Observable, Subscription} from 'rxjs';
import {exampleBytes, ownExample} from '../stream/example-bytes.ts';
import {createHold, type Meter} from '../stream/meter.ts';
import type {Example} from '../tensor/example.ts';

/** Pulls examples out of a stream; what waits to be pulled is a copy, and is counted. */
export async function * iterate(examples: Observable<Example>, {meter}: {readonly meter: Meter}): AsyncGenerator<Example, void> {
	const hold = createHold(meter);
	let waiting: Example[] = [];
	let ending: {readonly error?: unknown} | undefined;
	let wake: (() => void) | undefined;
	const woken = async (): Promise<void> => new Promise(resolve => {
		wake = resolve;
	});

	const subscription: Subscription = examples.subscribe({
		next(example) {
			const own = ownExample(example);
			hold.add(exampleBytes(own));
			waiting.push(own);
			wake?.();
		},
		error(error: unknown) {
			ending = {error};
			wake?.();
		},
		complete() {
			ending = {};
			wake?.();
		},
	});
	try {
		for (;;) {
			const batch = waiting;
			waiting = [];
			for (const example of batch) {
				yield example;
				hold.add(-exampleBytes(example));
			}

			if (waiting.length > 0) {
				continue;
			}

			if (ending !== undefined) {
				if ('error' in ending) {
					throw ending.error;
				}

				return;
			}

			await woken();
		}
	} finally {
		subscription.unsubscribe();
		hold.release();
	}
}
