import test from 'ava';
import {createBatchBuilder} from '../../src/batching/batch-builder.ts';
import {gatherBatches} from '../../src/batching/gather-batches.ts';
import {laneReader} from '../../src/batching/lane-reader.ts';
import {laneWriter} from '../../src/batching/lane-writer.ts';
import {createOrder} from '../../src/batching/order.ts';
import {allocateLane} from '../../src/batching/ring.ts';

const {signal} = new AbortController();

test('rows of 784 bytes are copied at more than a million a second', async t => {
	const count = 100_000;
	const size = 784;
	const values = new Uint8Array(count * size);
	const lane = allocateLane({slots: 4, slot: {rows: 128, features: {shape: [size], dtype: 'uint8'}, label: {shape: [], dtype: 'int32'}}});
	const reader = laneReader(lane);
	const once = async (): Promise<number> => {
		const writer = laneWriter(lane);
		const builder = createBatchBuilder({
			writer, size: 128, remainder: 'keep', classes: undefined, signal,
		});
		let released = 0;
		const start = performance.now();
		const first = writer.tryReserve()!.batch;
		const rows = {
			features: (record: number) => values.subarray(record * size, (record + 1) * size),
			label: () => 1,
		};
		// The reader of this test takes every batch at once, as soon as the builder has to wait.
		const releaseAll = (): void => {
			while (reader.wait(first + released, 0, () => false) !== 'timeout') {
				reader.release(first + released++);
			}
		};

		const greedy = {
			...builder,
			async ready() {
				releaseAll();
				await builder.ready();
			},
			async end() {
				releaseAll();
				return builder.end();
			},
		};
		const order = createOrder({
			shuffle: 'none', length: count, seed: 1, epoch: 1,
		});
		const result = await gatherBatches(rows, greedy, {order, recordAt: position => position, signal});
		releaseAll();
		t.deepEqual(result, {batches: Math.ceil(count / 128), examples: count});
		return count / ((performance.now() - start) / 1000);
	};

	const rates: number[] = [];
	for (let round = 0; round < 5; round++) {
		rates.push(await once());
	}

	t.log(`${(Math.max(...rates) / 1e6).toFixed(2)} M rows/s`);
	t.true(Math.max(...rates) > 1e6);
});

test('a label that is no class index is refused where the engine would make a vector of it', async t => {
	const lane = allocateLane({slots: 1, slot: {rows: 2, features: {shape: [1], dtype: 'uint8'}, label: {shape: [], dtype: 'int32'}}});
	const builder = createBatchBuilder({
		writer: laneWriter(lane), size: 2, remainder: 'keep', classes: 3, signal,
	});
	await builder.ready();
	t.throws(() => {
		builder.put(5, Uint8Array.of(1), 3);
	}, {code: 'OPERATOR_FAILED', message: /label of 0 to 2, got 3.*record 5/u});
});
