import test from 'ava';
import {
	bufferCount, concatMap, delay, filter, from, identity, lastValueFrom, map, mergeMap, NEVER, of, range, Subject, toArray, type OperatorFunction,
} from 'rxjs';
import {ThreadloomError} from '../../src/errors/threadloom-error.ts';
import {counted} from '../../src/stream/counted.ts';
import {flow} from '../../src/stream/flow.ts';
import {mapAsync} from '../../src/stream/map-async.ts';
import {createMeter} from '../../src/stream/meter.ts';
import type {Example} from '../../src/tensor/example.ts';
import {watchedChunks} from './chunks.ts';
import {drain, exampleOf} from './tools.ts';

type Operator = OperatorFunction<Example, Example>;

const source = (count: number) => range(0, count).pipe(map(index => exampleOf(index)));

test('an operator that answers at once never touches the meter', async t => {
	const meter = createMeter();
	let releases = 0;
	meter.onRelease(() => {
		releases++;
	});
	const out = await lastValueFrom(source(100).pipe(counted(map(example => example), {name: 'same', meter, budget: 1}), toArray()));
	t.is(out.length, 100);
	t.deepEqual([meter.peak, releases], [0, 0]);
});

test('what an operator has not let out yet is held', t => {
	const meter = createMeter();
	const input = new Subject<Example>();
	const pairs: Operator = stream => stream.pipe(bufferCount(3), concatMap(group => from(group)));
	const held: number[] = [];
	input.pipe(counted(pairs, {name: 'threes', meter, budget: 1000})).subscribe();
	for (let index = 0; index < 4; index++) {
		input.next(exampleOf(index));
		held.push(meter.held);
	}

	t.deepEqual(held, [10, 20, 0, 10]);
});

test('unsubscribing gives back what was held', t => {
	const meter = createMeter();
	const hold: Operator = stream => stream.pipe(mergeMap(() => NEVER));
	const input = new Subject<Example>();
	const subscription = input.pipe(counted(hold, {name: 'hold', meter, budget: 1000})).subscribe();
	input.next(exampleOf(0));
	t.is(meter.held, 10);
	subscription.unsubscribe();
	t.is(meter.held, 0);
});

const breaks = test.macro({
	title: (_, what: string) => `an operator that ${what} is named`,
	async exec(t, _: string, operator: Operator, {incoming, outgoing}: {readonly incoming: number; readonly outgoing: number}) {
		const error = await t.throwsAsync(
			lastValueFrom(source(6).pipe(counted(operator, {name: 'culprit', meter: createMeter(), budget: 1000}), toArray())),
			{instanceOf: ThreadloomError},
		);
		t.is(error?.code, 'OPERATOR_CARDINALITY');
		t.is(error?.exitCode, 80);
		t.deepEqual(error?.details, {operator: 'culprit', incoming, outgoing});
	},
});

test(breaks, 'drops examples', filter<Example>(({index}) => index % 2 === 0), {incoming: 6, outgoing: 3});
test(breaks, 'doubles examples', concatMap<Example, Example[]>(example => [example, example]), {incoming: 1, outgoing: 2});

test('an operator that keeps the gate shut for ever is named', async t => {
	const meter = createMeter();
	const chunks = watchedChunks({pulled: 0, closed: 0}, {chunks: 100, size: 6});
	const keep = filter<Example>(() => false);
	const stream = flow(chunks, {meter, budget: 100, signal: new AbortController().signal})
		.pipe(counted(keep, {
			name: 'culprit', meter, budget: 100, patience: 5,
		}));
	const error = await t.throwsAsync(lastValueFrom(stream), {instanceOf: ThreadloomError});
	t.is(error?.code, 'OPERATOR_HOLDS');
	t.like(error?.details, {operator: 'culprit', held: 10, bytes: 100});
	t.is(meter.held, 0);
});

test('an operator that is only slow is not', async t => {
	const meter = createMeter();
	const chunks = watchedChunks({pulled: 0, closed: 0}, {chunks: 10, size: 6});
	const slow: Operator = stream => stream.pipe(concatMap(example => of(example).pipe(delay(1))));
	const out = await lastValueFrom(flow(chunks, {meter, budget: 50, signal: new AbortController().signal})
		.pipe(counted(slow, {
			name: 'slow', meter, budget: 50, patience: 1000,
		}), toArray()));
	t.is(out.length, 40);
	t.is(meter.peak, 50);
	t.is(meter.held, 0);
});

test('mapAsync under the gate stays within the budget and loses nothing', async t => {
	const meter = createMeter();
	const chunks = watchedChunks({pulled: 0, closed: 0}, {chunks: 50, size: 6});
	const operator = mapAsync(async example => {
		await drain(example.index % 3);
		return example;
	}, {concurrency: 3});
	const out = await lastValueFrom(flow(chunks, {meter, budget: 80, signal: new AbortController().signal})
		.pipe(counted(operator, {name: 'async', meter, budget: 80}), toArray()));
	t.deepEqual(out.map(({index}) => index), Array.from({length: 200}, (_, index) => index));
	t.true(meter.peak <= 80);
	t.is(meter.held, 0);
});

test('errors pass through both ways', async t => {
	const options = {name: 'any', meter: createMeter(), budget: 10};
	const failing = map<Example, Example>(() => {
		throw new TypeError('mine');
	});
	await t.throwsAsync(lastValueFrom(source(2).pipe(counted(failing, options))), {message: 'mine'});
	const broken = new Subject<Example>();
	const end = lastValueFrom(broken.pipe(counted(identity, options)));
	broken.error(new Error('source'));
	await t.throwsAsync(end, {message: 'source'});
});
