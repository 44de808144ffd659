import {Buffer} from 'node:buffer';
import zlib from 'node:zlib';
import {createBatchBuilder} from '../../dist/src/batching/batch-builder.js';
import {gatherBatches} from '../../dist/src/batching/gather-batches.js';
import {laneReader} from '../../dist/src/batching/lane-reader.js';
import {laneWriter} from '../../dist/src/batching/lane-writer.js';
import {createOrder} from '../../dist/src/batching/order.js';
import {allocateLane} from '../../dist/src/batching/ring.js';
import {gatherChunk} from '../../dist/src/feed/gather-chunk.js';
import {createRecordStore, memoryStorage} from '../../dist/src/feed/record-store.js';
import {encodeIdxHeader} from '../../dist/src/idx/encoder.js';
import {openIdx} from '../../dist/src/idx/reader.js';
import {createRandom, keyOf} from '../../dist/src/random/generator.js';
import {gunzip} from '../../dist/src/sources/gunzip.js';
import {flow} from '../../dist/src/stream/flow.js';
import {createMeter} from '../../dist/src/stream/meter.js';

const records = 8192;
const size = 784;
const rowsOfChunk = 334;
const batch = 128;
const {signal} = new AbortController();
const features = {shape: [28, 28], dtype: 'uint8'};
const label = {shape: [], dtype: 'int32'};
const spec = {features, label, count: records};

/** Images with as many zeros as garments have, so that they pack alike. */
const pixels = () => {
	const random = createRandom(keyOf(1));
	return Uint8Array.from({length: records * size}, (_, index) => Math.max(0, Math.round(random.normal(index) * 100)));
};

const chunksOf = (values, labels) => Array.from({length: Math.ceil(records / rowsOfChunk)}, (_, chunk) => {
	const first = chunk * rowsOfChunk;
	const count = Math.min(rowsOfChunk, records - first);
	return {source: 'micro', first, count, features: values.subarray(first * size, (first + count) * size), labels: labels.subarray(first, first + count)};
});

async function * inPieces(bytes, length = 65_536) {
	for (let offset = 0; offset < bytes.length; offset += length) {
		yield bytes.subarray(offset, offset + length);
	}
}

async function * each(values) {
	yield * values;
}

const drain = async iterable => {
	let count = 0;
	for await (const _ of iterable) {
		count++;
	}

	return count;
};

const gate = async chunks => new Promise((resolve, reject) => {
	let count = 0;
	flow(each(chunks), {meter: createMeter(), budget: 2 ** 22, signal}).subscribe({
		next() {
			count++;
		},
		error: reject,
		complete() {
			resolve(count);
		},
	});
});

/** A pass into a lane whose batches are given back at once. */
const build = async store => {
	const lane = allocateLane({slot: {rows: batch, features, label}, slots: records / batch + 1});
	const builder = createBatchBuilder({writer: laneWriter(lane), size: batch, remainder: 'keep', classes: undefined, signal});
	const result = await gatherBatches(store, builder, {order: createOrder({shuffle: 'global', length: records, seed: 1, epoch: 1}), recordAt: position => position, signal});
	const reader = laneReader(lane);
	for (let number = 0; number <= result.batches; number++) {
		reader.release(number);
	}
};

const order = () => {
	const numbers = createOrder({shuffle: 'global', length: records, seed: 1, epoch: 1});
	let sum = 0;
	for (let position = numbers.next(); position >= 0; position = numbers.next()) {
		sum += position;
	}

	return sum;
};

export const streamTasks = () => {
	const values = pixels();
	const labels = Int32Array.from({length: records}, (_, record) => record % 10);
	const chunks = chunksOf(values, labels);
	const idx = Buffer.concat([encodeIdxHeader({dtype: 'uint8', dimensions: [records, 28, 28]}), values]);
	const packed = zlib.gzipSync(idx);
	const store = createRecordStore(spec, memoryStorage(spec, {release: () => undefined}));
	const filled = Promise.all(chunks.map(async chunk => store.append(chunk)));
	const shuffled = Float64Array.from({length: batch}, (_, row) => (row * 4099) % records);
	const task = (name, elements, element, run) => ({name, elements, element, run});
	return [
		task('gunzip', idx.length, 'byte', async () => drain(gunzip(inPieces(packed), {path: 'micro'}))),
		task('decode', records, 'record', async () => {
			const reader = await openIdx(inPieces(idx), {path: 'micro'});
			await drain(reader.blocks({recordsPerBlock: rowsOfChunk}));
		}),
		task('gate', records, 'record', async () => gate(chunks)),
		task('global order', records, 'record', order),
		task('gather', batch, 'record', async () => {
			await filled;
			gatherChunk(store, spec, {source: 'micro', first: 0, records: shuffled});
		}),
		task('batch builder, global order', records, 'record', async () => {
			await filled;
			await build(store);
		}),
	];
};
