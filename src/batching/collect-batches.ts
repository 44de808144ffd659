import type {Observable, Subscription} from 'rxjs';
import {exampleBytes, ownExample} from '../stream/example-bytes.ts';
import {createHold, type Meter} from '../stream/meter.ts';
import type {Example} from '../tensor/example.ts';
import type {BatchBuilder} from './batch-builder.ts';
import type {PassResult} from './pass.ts';

/**
 * Writes a stream of examples into batches. What comes while every slot is full waits here, as copies, and is counted.
 *
 * Resolves when the end of the pass is marked.
 * @throws the stream's errors, and those of the builder
 */
export const collectBatches = async (
	examples: Observable<Example>,
	builder: BatchBuilder,
	{meter, skip = 0}: {readonly meter: Meter; /** Examples that are left out at the start. @default 0 */ readonly skip?: number},
): Promise<PassResult> => {
	const hold = createHold(meter);
	let waiting: Example[] = [];
	let left = skip;
	let subscription: Subscription | undefined;

	try {
		await new Promise<void>((resolve, reject) => {
			let isDraining = false;
			let isComplete = false;

			const drain = async (): Promise<void> => {
				isDraining = true;
				while (waiting.length > 0) {
					const batch = waiting;
					waiting = [];
					for (const example of batch) {
						if (!builder.isReady()) {
							await builder.ready();
						}

						builder.put(example.index, example.features, example.label);
						hold.add(-exampleBytes(example));
					}
				}

				isDraining = false;
				if (isComplete) {
					resolve();
				}
			};

			subscription = examples.subscribe({
				next(example) {
					if (left > 0) {
						left--;
						return;
					}

					if (!isDraining && builder.isReady()) {
						try {
							builder.put(example.index, example.features, example.label);
						} catch (error) {
							left = Number.POSITIVE_INFINITY; // What comes until it is unsubscribed.
							reject(error);
						}

						return;
					}

					const own = ownExample(example);
					hold.add(exampleBytes(own));
					waiting.push(own);
					if (!isDraining) {
						drain().catch(reject);
					}
				},
				error: reject,
				complete() {
					isComplete = true;
					if (!isDraining) {
						resolve();
					}
				},
			});
		});
		return await builder.end();
	} finally {
		subscription?.unsubscribe();
		hold.release();
	}
};
