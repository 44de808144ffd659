/**
 * Shuffles a sparse, unpacked IDX file of 4 GB globally, two epochs of it into a ring, and prints the largest resident
 * memory of the process and the rate.
 *
 *   node shuffle.js [GIGABYTES]
 */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import {laneReader} from '../dist/src/batching/lane-reader.js';
import {allocateLane} from '../dist/src/batching/ring.js';
import {createFeed} from '../dist/src/feed/create-feed.js';
import {makeSparsePair} from './sparse-idx.js';

const bytes = Number(process.argv[2] ?? 4) * 1e9;
const memory = 256e6;
const size = 128;
const {signal} = new AbortController();
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'threadloom-shuffle-'));
try {
	const {images, labels, count} = makeSparsePair(folder, bytes);
	const feed = await createFeed({
		data: {train: {images, labels}}, operators: ['normalize'], batches: {size, shuffle: 'global', remainder: 'keep'}, seed: 1, memory, baseDirectory: folder,
	}, {signal});
	const train = allocateLane({slot: {rows: size, ...feed.info.input.slot}, slots: 4});
	await feed.attach({train});
	const reader = laneReader(train);
	let next = 0;
	for (const epoch of [1, 2]) {
		const start = performance.now();
		const pass = feed.pass({lane: 'train', split: 'train', epoch, fromBatch: 0}, {signal});
		const failed = new AbortController();
		const watch = async () => {
			try {
				await pass;
			} catch (error) {
				failed.abort(error);
			}
		};

		const watching = watch();
		let jumps = 0;
		let before = -1;
		for (; await reader.waitAsync(next, {signal: failed.signal}) !== 'end'; reader.release(next++)) {
			const [record] = reader.slot(next).records;
			jumps += Math.abs(record - before) > size ? 1 : 0;
			before = record;
		}

		reader.release(next++);
		await watching;
		const {examples, batches} = await pass;
		const seconds = (performance.now() - start) / 1000;
		if (examples !== count || jumps < batches * 0.9) {
			throw new Error(`epoch ${epoch}: ${examples} of ${count} records, ${jumps} jumps in ${batches} batches`);
		}

		console.log(`epoch ${epoch}  ${(bytes / 1e9).toFixed(1)} GB, ${count} records, global shuffle  peak ${(process.resourceUsage().maxRSS * 1024 / 1e6).toFixed(0)} MB  ${seconds.toFixed(1)} s  ${Math.round(count / seconds).toLocaleString('en')} records/s`);
	}

	await feed.close();
} finally {
	fs.rmSync(folder, {recursive: true, force: true});
}
