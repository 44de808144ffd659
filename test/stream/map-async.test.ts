import test from 'ava';
import {
	EMPTY, lastValueFrom, NEVER, of, range, Subject, throwError, toArray, map,
} from 'rxjs';
import {createMeter} from '../../src/stream/meter.ts';
import {mapAsync, type MapAsyncOptions} from '../../src/stream/map-async.ts';
import type {Example} from '../../src/tensor/example.ts';
import {drain, exampleOf} from './tools.ts';

/** A function whose calls end when the test says so. */
const gated = () => {
	const calls = new Map<number, {readonly finish: () => void; readonly fail: (error: Error) => void; readonly signal: AbortSignal}>();
	const project = async (example: Example, {signal}: {readonly signal: AbortSignal}): Promise<Example> => new Promise((resolve, reject) => {
		calls.set(example.index, {
			finish() {
				resolve(example);
			},
			fail: reject,
			signal,
		});
	});
	return {calls, project};
};

const run = (input: ReturnType<typeof source>, options: MapAsyncOptions) => {
	const {calls, project} = gated();
	const seen: number[] = [];
	const end: {error?: unknown; complete: boolean} = {complete: false};
	const subscription = input.pipe(mapAsync(project, options)).subscribe({
		next({index}) {
			seen.push(index);
		},
		error(error: unknown) {
			end.error = error;
		},
		complete() {
			end.complete = true;
		},
	});
	return {
		calls, seen, end, subscription,
	};
};

const source = (count: number) => range(0, count).pipe(map(index => exampleOf(index)));

test('results keep the order of their inputs, whichever ends first', async t => {
	const {calls, seen, end} = run(source(3), {concurrency: 3});
	for (const index of [2, 1, 0]) {
		calls.get(index)!.finish();
		await drain(2);
		t.deepEqual(seen, index === 0 ? [0, 1, 2] : []);
	}

	t.true(end.complete);
});

test('unordered results leave as they come', async t => {
	const {calls, seen, end} = run(source(3), {concurrency: 3, ordered: false});
	for (const index of [2, 0, 1]) {
		calls.get(index)!.finish();
		await drain(2);
	}

	t.deepEqual(seen, [2, 0, 1]);
	t.true(end.complete);
});

test('no more calls are under way than allowed', async t => {
	const {calls} = run(source(9), {concurrency: 2});
	t.deepEqual([...calls.keys()], [0, 1]);
	calls.get(1)!.finish();
	await drain(2);
	t.deepEqual([...calls.keys()], [0, 1, 2]);
});

test('everything that waits, runs or stands behind another is held, and nothing else', async t => {
	const meter = createMeter();
	const {calls, subscription} = run(source(5), {concurrency: 2, meter});
	t.is(meter.held, 50);
	calls.get(1)!.finish();
	await drain(2);
	t.is(meter.held, 50);
	calls.get(0)!.finish();
	await drain(2);
	t.is(meter.held, 30);
	subscription.unsubscribe();
	t.is(meter.held, 0);
});

test('a result of another size is held at its own size', async t => {
	const meter = createMeter();
	let release: (() => void) | undefined;
	of(exampleOf(0), exampleOf(1)).pipe(mapAsync(async example => {
		if (example.index === 0) {
			await new Promise<void>(resolve => {
				release = resolve;
			});
		}

		return {...example, features: new Float32Array(25)};
	}, {meter})).subscribe();
	await drain();
	t.is(meter.held, 10 + 104);
	release?.();
	await drain();
	t.is(meter.held, 0);
});

test('what waits is a copy, so that it pins no chunk', t => {
	const chunk = new Uint8Array(1000).fill(1);
	const inputs: Example[] = [];
	of({...exampleOf(0), features: chunk.subarray(10, 16)}).pipe(mapAsync(async example => {
		inputs.push(example);
		return example;
	})).subscribe();
	chunk.fill(9);
	t.deepEqual(inputs[0]?.features, new Uint8Array(6).fill(1));
	t.is(inputs[0]?.features.buffer.byteLength, 6);
});

test('a call that fails ends the stream, aborts the others and gives everything back', async t => {
	const meter = createMeter();
	const {calls, seen, end} = run(source(4), {concurrency: 2, meter});
	calls.get(1)!.fail(new Error('no'));
	await drain(2);
	t.is((end.error as Error).message, 'no');
	t.true(calls.get(0)!.signal.aborted);
	t.is(calls.size, 2);
	t.is(meter.held, 0);
	calls.get(0)!.finish();
	await drain(2);
	t.deepEqual(seen, []);
});

test('a function that throws at once ends the stream', async t => {
	const stream = source(2).pipe(mapAsync(() => {
		throw new TypeError('bad');
	}));
	await t.throwsAsync(lastValueFrom(stream), {message: 'bad'});
});

test('an empty stream completes, a failing one fails, an endless one goes on', async t => {
	const identity = mapAsync(async example => example);
	t.deepEqual(await lastValueFrom(EMPTY.pipe(identity, toArray())), []);
	await t.throwsAsync(lastValueFrom(throwError(() => new Error('source')).pipe(identity)), {message: 'source'});
	let ended = false;
	const subscription = NEVER.pipe(identity).subscribe({
		complete() {
			ended = true;
		},
	});
	await drain();
	t.false(ended);
	subscription.unsubscribe();
});

test('unsubscribing aborts the calls under way', t => {
	const input = new Subject<Example>();
	const {calls, project} = gated();
	const subscription = input.pipe(mapAsync(project)).subscribe();
	input.next(exampleOf(0));
	subscription.unsubscribe();
	t.true(calls.get(0)!.signal.aborted);
	t.false(input.observed);
});

test('a concurrency below 1 is refused when the operator is made', t => {
	t.throws(() => mapAsync(async example => example, {concurrency: 0}), {instanceOf: RangeError});
});
