import {setMaxListeners} from 'node:events';
import path from 'node:path';
import {fileURLToPath} from 'node:url';
import type {z} from 'zod';
import {laneReader, type LaneReader} from '../../src/batching/lane-reader.ts';
import type {PassRequest, PassResult} from '../../src/batching/pass.ts';
import {allocateLane, type LaneMemory, type LaneName} from '../../src/batching/ring.ts';
import {batchesSchema} from '../../src/batching/schema.ts';
import type {Feed} from '../../src/feed/feed.ts';
import type {FeedOptions} from '../../src/feed/options.ts';
import {sourceSchema} from '../../src/sources/schema.ts';

/** The folder of the compiled tests, where operator modules of the tests lie. */
const here = path.dirname(fileURLToPath(import.meta.url));

export const never: AbortSignal = new AbortController().signal;
setMaxListeners(0, never);

type Given = Partial<Omit<FeedOptions, 'batches' | 'data'>> & {
	readonly batches?: z.input<typeof batchesSchema>;
	readonly count?: number;
	readonly shape?: readonly number[];
	readonly validation?: FeedOptions['data']['validation'];
	readonly data?: FeedOptions['data'];
};

/** Options over the synthetic generator. */
export const optionsOf = ({batches = {}, count = 100, shape = [4, 4], validation, data, ...rest}: Given = {}): FeedOptions => ({
	data: data ?? {train: sourceSchema.parse({synthetic: {count, shape: [...shape]}}), ...(validation && {validation})},
	operators: [],
	batches: batchesSchema.parse(batches),
	seed: 7,
	memory: 64 * 1024 * 1024,
	baseDirectory: here,
	...rest,
});

export interface ReadBatch {
	readonly records: readonly number[];
	readonly labels: readonly number[];
	readonly features: readonly number[];
	readonly weights: readonly number[];
	readonly count: number;
}

export interface ReadPass {
	readonly batches: readonly ReadBatch[];
	readonly result: PassResult;
	/** Record numbers of all real rows, in order. */
	readonly records: readonly number[];
}

export interface Attached {
	readonly ring: Record<LaneName, LaneMemory>;
	readonly readers: Record<LaneName, LaneReader>;
	/** The next batch, or undefined in place of the end of a pass. */
	readonly readBatch: (lane: LaneName, signal?: AbortSignal) => Promise<ReadBatch | undefined>;
	readonly drain: (lane: LaneName, signal?: AbortSignal) => Promise<ReadBatch[]>;
	readonly readPass: (request?: Partial<PassRequest>) => Promise<ReadPass>;
}

/** A feed with its ring, and a reader that takes passes in. */
export const attach = async (feed: Feed, {rows = 8, slots = 3}: {readonly rows?: number; readonly slots?: number} = {}): Promise<Attached> => {
	const slot = {rows, ...feed.info.input.slot};
	const ring: Record<LaneName, LaneMemory> = {train: allocateLane({slot, slots}), evaluation: allocateLane({slot, slots})};
	await feed.attach(ring);
	const readers = {train: laneReader(ring.train), evaluation: laneReader(ring.evaluation)};
	const next = {train: 0, evaluation: 0};

	const readBatch = async (lane: LaneName, signal = never): Promise<ReadBatch | undefined> => {
		const batch = next[lane]++;
		const reader = readers[lane];
		if (await reader.waitAsync(batch, {signal}) === 'end') {
			reader.release(batch);
			return undefined;
		}

		const {records, labels, features, weights, count} = reader.slot(batch);
		const copy = {
			records: [...records], labels: [...labels], features: [...features], weights: [...weights], count,
		};
		reader.release(batch);
		return copy;
	};

	/** Reads batches up to the end of a pass. */
	const drain = async (lane: LaneName, signal = never): Promise<ReadBatch[]> => {
		const batches: ReadBatch[] = [];

		for (let batch = await readBatch(lane, signal); batch !== undefined; batch = await readBatch(lane, signal)) {
			batches.push(batch);
		}

		return batches;
	};

	const readPass = async (request: Partial<PassRequest> = {}): Promise<ReadPass> => {
		const full = {
			lane: 'train', split: 'train', epoch: 1, fromBatch: 0, ...request,
		} as const;
		const controller = new AbortController();
		const passing = feed.pass(full, {signal: never});
		passing.catch((error: unknown) => {
			controller.abort(error);
		});
		const [result, batches] = await Promise.all([passing, drain(full.lane, controller.signal)]);
		return {result, batches, records: batches.flatMap(({records, count}) => records.slice(0, count))};
	};

	return {
		ring, readers, readBatch, drain, readPass,
	};
};

export const sorted = (numbers: readonly number[]): number[] => numbers.toSorted((a, b) => a - b);

export const range = (from: number, before: number): number[] => Array.from({length: before - from}, (_, index) => from + index);
