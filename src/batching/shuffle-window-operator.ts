import type {OperatorFunction} from 'rxjs';
import {Observable} from '../stream/rx.ts';
import {exampleBytes, ownExample} from '../stream/example-bytes.ts';
import {createHold, type Meter} from '../stream/meter.ts';
import type {Example} from '../tensor/example.ts';
import {windowOf} from './order.ts';

export interface ShuffleWindowOptions {
	/** Examples that are held at a time. */
	readonly size: number;
	readonly seed: number;
	readonly epoch: number;
	readonly meter: Meter;
}

/** Shuffles a stream within a window; the order of the first pass, and of every one, is that of `createOrder`. */
export const shuffleWindow = ({size, seed, epoch, meter}: ShuffleWindowOptions): OperatorFunction<Example, Example> => source => new Observable(subscriber => {
	const window = windowOf<Example>({size, seed, epoch});
	const hold = createHold(meter);
	const leave = (example: Example): void => {
		hold.add(-exampleBytes(example));
		subscriber.next(example);
	};

	subscriber.add(hold.release);
	subscriber.add(source.subscribe({
		next(example) {
			const own = ownExample(example);
			hold.add(exampleBytes(own));
			const out = window.push(own);
			if (out !== undefined) {
				leave(out);
			}
		},
		error(error: unknown) {
			subscriber.error(error);
		},
		complete() {
			for (let out = window.pop(); out !== undefined && !subscriber.closed; out = window.pop()) {
				leave(out);
			}

			subscriber.complete();
		},
	}));
});
