import {setTimeout} from 'node:timers/promises';
import {Worker} from 'node:worker_threads';
import test from 'ava';
import {resetLane} from '../../src/batching/lane-words.ts';
import {laneReader} from '../../src/batching/lane-reader.ts';
import {laneWriter} from '../../src/batching/lane-writer.ts';
import {allocateLane, type LaneMemory} from '../../src/batching/ring.ts';

const lane = (slots: number): LaneMemory => allocateLane({
	slots, slot: {rows: 2, features: {shape: [3], dtype: 'uint8'}, label: {shape: [], dtype: 'int32'}},
});

const {signal} = new AbortController();
const isAborted = (): boolean => false;

test('a compute thread reads what the writer fills, pass after pass', async t => {
	const memory = lane(3);
	const worker = new Worker(new URL('fixtures/sum-thread.js', import.meta.url), {workerData: {lane: memory, passes: 3}});
	const sums = new Promise((resolve, reject) => {
		worker.once('message', resolve);
		worker.once('error', reject);
	});
	const writer = laneWriter(memory);
	const expected: number[][] = [];
	for (let pass = 0; pass < 3; pass++) {
		const values: number[] = [];
		for (let batch = 0; batch < 50 + pass; batch++) {
			const slot = await writer.reserve({signal});
			slot.features.fill((batch + pass) % 256);
			slot.commit(2);
			values.push(((batch + pass) % 256) * 6);
		}

		await writer.end({signal});
		expected.push(values);
	}

	t.deepEqual(await sums, expected);
	await worker.terminate();
});

test('a full lane makes the writer wait, and an empty one the reader', async t => {
	const memory = lane(2);
	const writer = laneWriter(memory);
	const reader = laneReader(memory);
	t.is(reader.wait(0, 1, isAborted), 'timeout');
	t.is(reader.wait(0, 1000, () => true), 'aborted');
	writer.tryReserve()!.commit(2);
	writer.tryReserve()!.commit(1);
	t.is(writer.tryReserve(), undefined);
	const controller = new AbortController();
	const waiting = writer.reserve({signal: controller.signal});
	controller.abort();
	await t.throwsAsync(waiting, {code: 'ABORTED'});
	t.is(reader.wait(0, 0, isAborted), 'filled');
	t.is(reader.slot(1).count, 1);
	reader.release(0);
	t.is((await writer.reserve({signal})).batch, 2);
});

test('a writer that waits is woken for half a lane at a time', async t => {
	const memory = lane(4);
	const writer = laneWriter(memory);
	const reader = laneReader(memory);
	for (let batch = 0; batch < 4; batch++) {
		writer.tryReserve()!.commit(1);
	}

	let isWoken = false;
	const waiting = (async () => {
		const slot = await writer.reserve({signal});
		isWoken = true;
		return slot;
	})();
	reader.release(0);
	await setTimeout(50);
	t.false(isWoken);
	reader.release(1);
	t.is((await waiting).batch, 4);
	// The end of a pass takes one slot and waits for no more.
	(await waiting).commit(1);
	writer.tryReserve()!.commit(1);
	const ending = writer.end({signal});
	reader.release(2);
	await t.notThrowsAsync(ending);
});

test('a batch that was not released is not taken for a later one', t => {
	const memory = lane(2);
	const writer = laneWriter(memory);
	const reader = laneReader(memory);
	writer.tryReserve()!.commit(2);
	t.is(reader.wait(0, 0, isAborted), 'filled');
	t.is(reader.wait(2, 1, isAborted), 'timeout');
	reader.release(0);
	t.throws(() => {
		reader.release(0);
	}, {code: 'INTERNAL'});
	t.throws(() => reader.wait(0, 0, isAborted), {code: 'INTERNAL'});
});

test('what a broken pass left behind is taken back, and the next batch follows the last one read', async t => {
	const memory = lane(3);
	const writer = laneWriter(memory);
	const reader = laneReader(memory);
	for (let batch = 0; batch < 3; batch++) {
		writer.tryReserve()!.commit(1);
	}

	reader.release(0);
	t.false(writer.resume());
	resetLane(memory);
	t.true(writer.resume());
	const slot = writer.tryReserve()!;
	t.is(slot.batch, 1);
	slot.commit(2);
	t.is(await reader.waitAsync(1, {signal}), 'filled');
	t.is(reader.slot(1).count, 2);
	t.is(reader.wait(2, 0, isAborted), 'timeout');
});

test('the end of a pass takes a place of its own', async t => {
	const memory = lane(2);
	const writer = laneWriter(memory);
	const reader = laneReader(memory);
	await writer.end({signal});
	t.is(await reader.waitAsync(0, {signal}), 'end');
	reader.release(0);
	const controller = new AbortController();
	const waiting = reader.waitAsync(1, {signal: controller.signal});
	controller.abort();
	await t.throwsAsync(waiting, {code: 'ABORTED'});
});

test('content with a name is remembered until the slot is written again', t => {
	const memory = lane(1);
	const writer = laneWriter(memory);
	const reader = laneReader(memory);
	t.is(writer.content(), undefined);
	writer.tryReserve()!.commit(2, {name: 'train'});
	t.deepEqual(writer.content(), {name: 'train', count: 2});
	reader.release(0);
	writer.tryReserve()!.commit(1);
	t.is(writer.content(), undefined);
});
