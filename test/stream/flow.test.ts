import {setImmediate} from 'node:timers/promises';
import test from 'ava';
import {
	firstValueFrom, lastValueFrom, take, toArray, type Observable,
} from 'rxjs';
import {createError, ThreadloomError} from '../../src/errors/threadloom-error.ts';
import {flow} from '../../src/stream/flow.ts';
import {createMeter, type Meter} from '../../src/stream/meter.ts';
import type {Example, RecordChunk} from '../../src/tensor/example.ts';
import {chunkOf, watchedChunks, type Watched} from './chunks.ts';
import {drain} from './tools.ts';

const options = (meter: Meter = createMeter(), budget = 1000, signal = new AbortController().signal) => ({meter, budget, signal});
const watch = (): Watched => ({pulled: 0, closed: 0});

/** Where a subscription went. */
const record = <T>(stream: Observable<T>) => {
	const seen: T[] = [];
	const end: {error?: unknown; complete: boolean} = {complete: false};
	const subscription = stream.subscribe({
		next(value) {
			seen.push(value);
		},
		error(error: unknown) {
			end.error = error;
		},
		complete() {
			end.complete = true;
		},
	});
	return {seen, end, subscription};
};

test('every record arrives once, in order, with its own bytes and label', async t => {
	const watched = watch();
	const examples = await lastValueFrom(flow(watchedChunks(watched, {chunks: 3}), options()).pipe(toArray()));
	t.deepEqual(examples.map(({index}) => index), Array.from({length: 12}, (_, index) => index));
	t.true(examples.every(({index, features, label, source}) => features.length === 10 && features.every(value => value === index) && label === index && source === 'test'));
	t.deepEqual(watched, {pulled: 3, closed: 1});
});

test('a label of several numbers stays an array', async t => {
	async function * chunks(): AsyncGenerator<RecordChunk> {
		yield {...chunkOf(0, 2, 3), labels: Float32Array.of(1, 2, 3, 4)};
	}

	const examples = await lastValueFrom(flow(chunks(), options()).pipe(toArray()));
	t.deepEqual(examples.map(({label}) => label), [Float32Array.of(1, 2), Float32Array.of(3, 4)]);
});

test('an empty source completes', async t => {
	const {seen, end} = record(flow(watchedChunks(watch(), {chunks: 0}), options()));
	await drain();
	t.deepEqual([seen, end], [[], {complete: true}]);
});

test('a consumer slower than the reader never holds more than the budget and one example', async t => {
	const meter = createMeter();
	const watched = watch();
	const held: Example[] = [];
	let count = 0;
	const done = new Promise<void>(resolve => {
		flow(watchedChunks(watched, {chunks: 100}), options(meter, 50)).subscribe({
			next(example) {
				held.push(example);
				meter.add(10);
			},
			complete: resolve,
		});
	});
	await drain();
	t.is(held.length, 5);
	t.is(watched.pulled, 2);
	const consume = async (): Promise<void> => {
		while (count < 400) {
			await setImmediate();
			t.true(meter.held <= 50);
			if (held.length > 0) {
				t.is(held.shift()?.index, count++);
				meter.add(-10);
			}
		}
	};

	await Promise.all([done, consume()]);
	t.is(meter.peak, 50);
	t.deepEqual(watched, {pulled: 100, closed: 1});
});

test('a full meter keeps the source untouched until something is given back', async t => {
	const meter = createMeter();
	meter.add(1000);
	const watched = watch();
	const {seen} = record(flow(watchedChunks(watched, {chunks: 2}), options(meter)));
	await drain();
	t.is(watched.pulled, 0);
	meter.add(-1);
	await drain();
	t.is(seen.length, 8);
});

test('two gates on one meter share its room', async t => {
	const meter = createMeter();
	const held = [0, 0];
	const gates = held.map((_, gate) => flow(watchedChunks(watch(), {chunks: 10}), options(meter, 50)).subscribe(() => {
		held[gate]!++;
		meter.add(10);
	}));
	await drain();
	for (let turn = 0; turn < 30; turn++) {
		meter.add(-10);
		await drain(3);
		t.true(meter.held <= 60);
	}

	t.is(held[0]! + held[1]!, 35 + ((meter.held - 50) / 10));
	for (const gate of gates) {
		gate.unsubscribe();
	}
});

test('unsubscribing closes the source at once, even while the gate waits', async t => {
	const meter = createMeter();
	const watched = watch();
	const stream = flow(watchedChunks(watched, {chunks: 100}), options(meter, 50));
	const subscription = stream.subscribe(() => {
		meter.add(10);
	});
	await drain();
	subscription.unsubscribe();
	await drain();
	t.deepEqual(watched, {pulled: 2, closed: 1});
	meter.add(-50);
	await drain();
	t.is(watched.pulled, 2);
});

test('a consumer that has enough in the middle of a chunk gets no more', async t => {
	const watched = watch();
	const examples = await lastValueFrom(flow(watchedChunks(watched, {chunks: 100}), options()).pipe(take(6), toArray()));
	await drain();
	t.is(examples.length, 6);
	t.deepEqual(watched, {pulled: 2, closed: 1});
});

test('a consumer that unsubscribes inside its own callback gets no more', async t => {
	const watched = watch();
	const seen: number[] = [];
	const subscription = flow(watchedChunks(watched, {chunks: 100}), options()).subscribe(({index}) => {
		seen.push(index);
		if (index === 4) {
			subscription.unsubscribe();
		}
	});
	await drain();
	t.deepEqual(seen, [0, 1, 2, 3, 4]);
	t.is(watched.closed, 1);
});

test('giving bytes back inside the callback does not disturb the order', async t => {
	const meter = createMeter();
	const seen: number[] = [];
	flow(watchedChunks(watch(), {chunks: 20}), options(meter, 10)).subscribe(({index}) => {
		meter.add(10);
		seen.push(index);
		meter.add(-10);
	});
	await drain(100);
	t.deepEqual(seen, Array.from({length: 80}, (_, index) => index));
});

test('an error of the source reaches the subscriber after what came before it', async t => {
	async function * chunks(): AsyncGenerator<RecordChunk> {
		yield chunkOf(0, 2, 3);
		throw createError('EMPTY', {path: 'x'});
	}

	const {seen, end} = record(flow(chunks(), options()));
	await drain();
	t.is(seen.length, 2);
	t.is((end.error as ThreadloomError).code, 'EMPTY');
});

test('an abort while the gate waits ends the stream with its reason and closes the source', async t => {
	const meter = createMeter();
	const controller = new AbortController();
	const watched = watch();
	meter.add(1);
	const {end} = record(flow(watchedChunks(watched, {chunks: 100}), options(meter, 1, controller.signal)));
	await drain();
	const reason = createError('INTERRUPTED', {signal: 'SIGINT'});
	controller.abort(reason);
	t.is(end.error, reason);
	await drain();
	t.is(watched.pulled, 0);
});

test('an abort while the source is silent ends the stream at once', async t => {
	const controller = new AbortController();
	const silent: AsyncIterable<RecordChunk> = {
		[Symbol.asyncIterator]: () => ({
			next: async () => new Promise<never>(() => {}),
		}),
	};
	const {end} = record(flow(silent, options(createMeter(), 10, controller.signal)));
	await drain();
	controller.abort(new Error('stop'));
	t.is((end.error as ThreadloomError).code, 'ABORTED');
});

test('a signal that is aborted already opens nothing', async t => {
	const watched = watch();
	const {end} = record(flow(watchedChunks(watched, {chunks: 1}), options(createMeter(), 10, AbortSignal.abort())));
	t.true(end.error instanceof ThreadloomError);
	await drain();
	t.deepEqual(watched, {pulled: 0, closed: 0});
});

test('a source that fails while it is being closed disturbs nobody', async t => {
	async function * chunks(): AsyncGenerator<RecordChunk> {
		try {
			yield chunkOf(0, 2, 3);
		} finally {
			throw new Error('cannot close'); // eslint-disable-line no-unsafe-finally -- the fault under test
		}
	}

	const {index} = await firstValueFrom(flow(chunks(), options()));
	t.is(index, 0);
	await t.notThrowsAsync(drain());
});

test('a source that never waits leaves the thread to others', async t => {
	const watched = watch();
	const subscription = flow(watchedChunks(watched, {chunks: Number.POSITIVE_INFINITY}), options()).subscribe();
	await drain(3);
	subscription.unsubscribe();
	await drain();
	t.is(watched.closed, 1);
});
