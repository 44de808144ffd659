import type {OperatorFunction, Subscriber} from 'rxjs';
import type {Cardinality} from '../operators/operator.ts';
import {copyExample, exampleBytes} from '../stream/example-bytes.ts';
import type {Meter} from '../stream/meter.ts';
import {Observable} from '../stream/rx.ts';
import {allocate, dtypeOf} from '../tensor/dtypes.ts';
import type {Example} from '../tensor/example.ts';
import type {HoardWatch} from './hoard-watch.ts';

export interface MeasuredOptions {
	readonly position: number;
	readonly cardinality: Cardinality;
	readonly watch: HoardWatch;
	readonly meter: Meter;
	/** Bytes of a window at most, one example aside. */
	readonly bytes: number;
}

const mostExamples = 1024;
/** Bytes by which two looks differ though nothing was kept: a window may be of one large example. */
const noise = 1024;

const isView = ({features}: Example): boolean => features.byteLength < features.buffer.byteLength;

/** Copies, which are views of one block where the stream hands out views: who keeps one of them keeps all. */
const copiesOf = (queue: readonly Example[], asViews: boolean): readonly Example[] => {
	if (!asViews) {
		return queue.map(example => copyExample(example));
	}

	const {features} = queue[0]!;
	const block = allocate(dtypeOf(features), queue.length * features.length);
	return queue.map((example, row) => {
		block.set(example.features, row * features.length);
		return {...copyExample(example), features: block.subarray(row * features.length, (row + 1) * features.length)};
	});
};

/** Gives examples that nobody else knows to an operator. */
const handTo = (inner: Subscriber<Example>, queue: readonly Example[], asViews: boolean): void => {
	for (const example of copiesOf(queue, asViews)) {
		inner.next(example);
	}
};

/**
 * Measures, while the watch asks for it, what an operator keeps: takes in a window of examples, gives copies of them to
 * the operator in a row and compares what the thread keeps afterwards with before. Otherwise it is not there.
 *
 * What the operator let out is passed on as copies, so that what it keeps of it is measured too.
 * @throws OPERATOR_HOARDS when the watch says so, to the subscriber
 */
export const measured = (
	operator: OperatorFunction<Example, Example>,
	{position, cardinality, watch, meter, bytes}: MeasuredOptions,
): OperatorFunction<Example, Example> => source => new Observable(subscriber => {
	let queue: Example[] = [];
	let queued = 0;
	let asViews = false;
	let outputs: Example[] | undefined;

	/** What lets out as many as it takes in is counted from outside. */
	const account = (change: number): void => {
		queued += change;
		if (cardinality !== 'one') {
			meter.add(change);
		}
	};

	const empty = (): void => {
		queue = [];
		account(-queued);
	};

	const release = (inner: Subscriber<Example>): void => {
		const examples = queue;
		empty();
		for (const example of examples) {
			inner.next(example);
		}
	};

	const measure = (inner: Subscriber<Example>): void => {
		const reported = meter.held;
		const before = watch.kept();
		outputs = [];
		handTo(inner, queue, asViews);
		if (subscriber.closed) {
			return;
		}

		const withOriginals = watch.kept();
		const copies = outputs.map(example => copyExample(example));
		const withBoth = watch.kept();
		// A register of this frame may still know the list, so that forgetting it would not be enough.
		outputs.length = 0;
		outputs = undefined;
		const after = watch.kept();
		const kept = after - (withBoth - withOriginals) - before - noise;
		// What comes out later may be on its way, and what is said to be held takes more than its bytes: nothing can be said of what is kept then.
		const isLate = (cardinality === 'one' && copies.length < queue.length) || meter.held > reported;
		watch.answer(position, isLate ? undefined : kept / queue.length);
		empty();
		for (const example of copies) {
			subscriber.next(example);
		}
	};

	const input = new Observable<Example>(inner => source.subscribe({
		next(example) {
			if (!watch.asks(position)) {
				if (queue.length > 0) {
					release(inner);
				}

				inner.next(example);
				return;
			}

			asViews = isView(example);
			queue.push(copyExample(example));
			account(exampleBytes(example));
			if (queued >= bytes || queue.length === mostExamples) {
				measure(inner);
			}
		},
		error(error: unknown) {
			inner.error(error);
		},
		complete() {
			// A pass may be shorter than a window.
			if (queue.length > 0 && watch.asks(position)) {
				measure(inner);
			}

			release(inner);
			inner.complete();
		},
	}));

	subscriber.add(watch.onFound(position, error => {
		subscriber.error(error);
	}));
	if (subscriber.closed) {
		return;
	}

	subscriber.add(empty);
	subscriber.add(operator(input).subscribe({
		next(example) {
			if (outputs === undefined) {
				subscriber.next(example);
			} else {
				outputs.push(example);
			}
		},
		error(error: unknown) {
			subscriber.error(error);
		},
		complete() {
			subscriber.complete();
		},
	}));
});
