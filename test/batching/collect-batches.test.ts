import test from 'ava';
import {Observable, type Subscriber} from 'rxjs';
import type {BatchBuilder} from '../../src/batching/batch-builder.ts';
import {collectBatches} from '../../src/batching/collect-batches.ts';
import {exampleBytes} from '../../src/stream/example-bytes.ts';
import {createMeter} from '../../src/stream/meter.ts';
import type {Example} from '../../src/tensor/example.ts';

const examples = Array.from({length: 4}, (_, index): Example => ({index, source: 'test', features: Uint8Array.of(index, 1), label: 0}));

/** A builder whose slots are all full until it is told. */
const fullBuilder = () => {
	let free!: () => void;
	const isFree = new Promise<void>(resolve => {
		free = resolve;
	});
	const put: number[] = [];
	const builder: BatchBuilder = {
		isReady: () => false,
		ready: async () => isFree,
		put(record) {
			put.push(record);
		},
		fill: () => 0,
		end: async () => ({batches: 1, examples: put.length}),
	};
	return {builder, free, put};
};

const start = (builder: BatchBuilder) => {
	const meter = createMeter();
	let subscriber!: Subscriber<Example>;
	let isUnsubscribed = false;
	const collecting = collectBatches(new Observable<Example>(given => {
		subscriber = given;
		return () => {
			isUnsubscribed = true;
		};
	}), builder, {meter});
	return {meter, subscriber, collecting, isUnsubscribed: () => isUnsubscribed};
};

test('what waits for a slot is counted, written in its order and given back', async t => {
	const {builder, free, put} = fullBuilder();
	const {meter, subscriber, collecting} = start(builder);
	for (const example of examples) {
		subscriber.next(example);
	}

	t.is(meter.held, 4 * exampleBytes(examples[0]!));
	subscriber.complete();
	free();
	t.deepEqual(await collecting, {batches: 1, examples: 4});
	t.deepEqual(put, [0, 1, 2, 3]);
	t.is(meter.held, 0);
});

test('a stream that fails while examples wait gives back all of them', async t => {
	const {builder, put} = fullBuilder();
	const {meter, subscriber, collecting, isUnsubscribed} = start(builder);
	for (const example of examples) {
		subscriber.next(example);
	}

	subscriber.error(new Error('mine'));
	await t.throwsAsync(collecting, {message: 'mine'});
	t.is(meter.held, 0);
	t.true(isUnsubscribed());
	t.deepEqual(put, []);
});

test('a row that cannot be written ends the stream', async t => {
	const {builder} = fullBuilder();
	const {subscriber, collecting, isUnsubscribed} = start({
		...builder,
		isReady: () => true,
		put() {
			throw new RangeError('it does not fit');
		},
	});
	subscriber.next(examples[0]!);
	await t.throwsAsync(collecting, {message: 'it does not fit'});
	t.true(isUnsubscribed());
});
