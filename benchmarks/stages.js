/**
 * Times the stream stage by stage, from gzip to batch, over an IDX file that it makes, and prints what each stage costs
 * beside gunzip-maybe alone: medians of passes that alternate. A ratio is that of the medians.
 *
 * The stages run in one thread with the limits of the stream's own, warm. The last row is the stream as a run opens it, in
 * a new thread, where code is cold; beside it stands gunzip-maybe in a new thread.
 *
 *   node stages.js [PASSES]
 */
import {Buffer} from 'node:buffer';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import {Worker, isMainThread, parentPort, workerData} from 'node:worker_threads';
import zlib from 'node:zlib';
import gunzipMaybe from 'gunzip-maybe';
import {createBatchBuilder} from '../dist/src/batching/batch-builder.js';
import {collectBatches} from '../dist/src/batching/collect-batches.js';
import {laneReader} from '../dist/src/batching/lane-reader.js';
import {laneWriter} from '../dist/src/batching/lane-writer.js';
import {allocateLane} from '../dist/src/batching/ring.js';
import {createFeed} from '../dist/src/feed/create-feed.js';
import {linksOf} from '../dist/src/feed/links.js';
import {chainOf} from '../dist/src/feed/operator-chain.js';
import {allocateStage, createStage} from '../dist/src/feed/stage.js';
import {planOperators} from '../dist/src/operators/plan.js';
import {resolveOperators} from '../dist/src/operators/resolve.js';
import {createRandom, keyOf} from '../dist/src/random/generator.js';
import {idxSource} from '../dist/src/sources/idx-source.js';
import {flow} from '../dist/src/stream/flow.js';
import {createMeter} from '../dist/src/stream/meter.js';
import {spread} from './lib/statistics.js';
import {header} from './sparse-idx.js';

/** Those of the stream's thread. */
const resourceLimits = {maxYoungGenerationSizeMb: 6};
const records = 60_000;
const size = 784;
const batch = 128;
const chunkBytes = 2 ** 18;
const budget = 2 ** 22;
const operators = [{'random-flip': {}}];
const {signal} = new AbortController();

/** Images with as many zeros as garments have, so that they pack alike; a tenth of them, ten times. */
const makePair = folder => {
	const random = createRandom(keyOf(1));
	const part = Uint8Array.from({length: records / 10 * size}, (_, index) => Math.min(255, Math.max(0, Math.round(random.normal(index) * 100))));
	const images = path.join(folder, 'images.gz');
	const labels = path.join(folder, 'labels.gz');
	const packed = zlib.gzipSync(Buffer.concat([header([records, 28, 28]), ...Array.from({length: 10}, () => part)]));
	fs.writeFileSync(images, packed);
	fs.writeFileSync(labels, zlib.gzipSync(Buffer.concat([header([records]), Uint8Array.from({length: records}, (_, record) => record % 10)])));
	return {images, labels, packed: packed.length};
};

const finished = async stream => new Promise((resolve, reject) => {
	let count = 0;
	stream.subscribe({
		next() {
			count++;
		},
		error: reject,
		complete() {
			resolve(count);
		},
	});
});

/** Takes batches out of a lane and gives their slots back, up to the end of a pass. */
const drain = async (lane, first = 0) => {
	const reader = laneReader(lane);
	let next = first;
	let count = 0;
	for (; await reader.waitAsync(next, {signal}) !== 'end'; reader.release(next++)) {
		count += reader.slot(next).count;
	}

	reader.release(next++);
	return {count, next};
};

const unpackAlone = async ({images}) => new Promise((resolve, reject) => {
	let bytes = 0;
	fs.createReadStream(images, {highWaterMark: chunkBytes}).on('error', reject).pipe(gunzipMaybe()).on('data', piece => {
		bytes += piece.length;
	}).on('error', reject).on('end', () => {
		resolve((bytes - 16) / size);
	});
});

const stagesOver = async ({images, labels}) => {
	const source = idxSource({id: 'train', images, labels});
	const spec = await source.describe({signal});
	const plan = planOperators(await resolveOperators(operators, {}), spec, {fuse: true});
	const slot = {rows: batch, features: spec.features, label: spec.label};
	const examples = meter => flow(source.chunks({signal, chunkBytes}), {meter, budget, signal});
	const through = meter => chainOf(linksOf(plan), {
		states: {}, seed: 1, epoch: 1, training: true, meter, budget, stage: createStage(allocateStage()), signal,
	})(examples(meter));
	return [
		{name: 'gunzip-maybe', run: async () => unpackAlone({images})},
		{
			name: '+ IDX decoding',
			async run() {
				let count = 0;
				for await (const chunk of source.chunks({signal, chunkBytes})) {
					count += chunk.count;
				}

				return count;
			},
		},
		{name: '+ gate', run: async () => finished(examples(createMeter()))},
		{name: '+ operators (random-flip)', run: async () => finished(through(createMeter()))},
		{
			name: '+ batches into the ring',
			async run() {
				const meter = createMeter();
				const lane = allocateLane({slot, slots: 32});
				const builder = createBatchBuilder({writer: laneWriter(lane), size: batch, remainder: 'keep', classes: undefined, signal});
				const [{count}] = await Promise.all([drain(lane), collectBatches(through(meter), builder, {meter})]);
				return count;
			},
		},
	];
};

/** The stream as a run opens it, operators fused, its first pass: what is decoded is kept for the next ones. */
const wholeStream = async ({images, labels}) => {
	const feed = await createFeed({
		data: {train: {images, labels}}, operators: ['normalize'], batches: {size: batch, shuffle: 'none', remainder: 'keep'}, seed: 1, memory: 2 ** 28, baseDirectory: path.dirname(images),
	}, {signal});
	try {
		const train = allocateLane({slot: {rows: batch, ...feed.info.input.slot}, slots: 32});
		await feed.attach({train});
		return await time(async () => {
			const [{count}] = await Promise.all([drain(train), feed.pass({lane: 'train', split: 'train', epoch: 1, fromBatch: 0}, {signal})]);
			return count;
		});
	} finally {
		await feed.close();
	}
};

const time = async run => {
	const start = performance.now();
	const count = await run();
	if (count !== records) {
		throw new Error(`${count} of ${records} records came`);
	}

	return performance.now() - start;
};

/** What a new thread answers that is given some work. */
const inThread = async work => new Promise((resolve, reject) => {
	new Worker(new URL(import.meta.url), {workerData: work, resourceLimits}).once('message', resolve).once('error', reject);
});

/** The rows of one group, their passes alternating; the first row is what the others are compared with. */
const compare = async (rows, {passes, warm}) => {
	const times = rows.map(() => []);
	for (let pass = 0; pass < passes + warm; pass++) {
		for (const [index, {run}] of rows.entries()) {
			const milliseconds = await run();
			if (pass >= warm) {
				times[index].push(milliseconds);
			}
		}
	}

	const [alone] = times.map(values => spread(values).median);
	return rows.map(({name}, index) => {
		const {min, median, max} = spread(times[index]);
		return `${name.padEnd(28)} ${(records * size / 1e3 / median).toFixed(0).padStart(5)} MB/s  ${median.toFixed(0).padStart(5)} ms (${min.toFixed(0)} to ${max.toFixed(0)})  ${(median / alone).toFixed(2)} × gunzip-maybe`;
	});
};

if (isMainThread) {
	const passes = Number(process.argv[2] ?? 7);
	const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'threadloom-stages-'));
	try {
		const pair = makePair(folder);
		console.log(`${records.toLocaleString('en')} records, ${(records * size / 1e6).toFixed(0)} MB, ${(pair.packed / 1e6).toFixed(0)} MB packed; median of ${passes} passes`);
		console.log((await inThread({pair, passes})).join('\n'));
		console.log((await compare([
			{name: 'gunzip-maybe, new thread', run: async () => inThread({pair})},
			{name: 'a run\'s stream, new thread', run: async () => wholeStream(pair)},
		], {passes, warm: 1})).join('\n'));
	} finally {
		fs.rmSync(folder, {recursive: true, force: true});
	}
} else {
	const {pair, passes} = workerData;
	if (passes === undefined) {
		parentPort.postMessage(await time(async () => unpackAlone(pair)));
	} else {
		const stages = await stagesOver(pair);
		parentPort.postMessage(await compare(stages.map(({name, run}) => ({name, run: async () => time(run)})), {passes, warm: 3}));
	}
}
