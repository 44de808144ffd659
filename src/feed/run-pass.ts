import type {Observable} from 'rxjs';
import {map, take} from '../stream/rx.ts';
import {createBatchBuilder, type BatchBuilder} from '../batching/batch-builder.ts';
import {collectBatches} from '../batching/collect-batches.ts';
import {gatherBatches, takeRecords, type GatheredRows} from '../batching/gather-batches.ts';
import type {LaneWriter} from '../batching/lane-writer.ts';
import {createOrder, type Order} from '../batching/order.ts';
import type {PassRequest, PassResult} from '../batching/pass.ts';
import type {BatchesConfig, Shuffle} from '../batching/schema.ts';
import {shuffleWindow} from '../batching/shuffle-window-operator.ts';
import {flow} from '../stream/flow.ts';
import {createMeter, partOf, type Meter, type MeterPart} from '../stream/meter.ts';
import type {Example, RecordChunk} from '../tensor/example.ts';
import type {InputMap} from '../tensor/input-map.ts';
import {bytesOf} from '../tensor/shape.ts';
import type {Budgets} from './budgets.ts';
import type {Choice} from './choice.ts';
import {gatherChunk} from './gather-chunk.ts';
import {splitChoice} from './links.ts';
import {chainOf, type ChainLink, type ChainOptions} from './operator-chain.ts';
import {epochExamples, type SplitSet} from './split-set.ts';

/** What every pass of one split shares. */
export interface PassContext {
	readonly set: SplitSet;
	readonly links: readonly ChainLink[];
	readonly chosen: Choice;
	/** Examples of a pass, where known. */
	readonly count: number | undefined;
	/** The most examples of a training pass. */
	readonly limit: number | undefined;
	readonly batches: BatchesConfig;
	readonly input: InputMap;
	readonly budgets: Budgets;
	readonly seed: number;
	/** What passes add up to. */
	readonly tally: PassTally;
	readonly chain: Pick<ChainOptions, 'states' | 'stage' | 'rejects' | 'watch' | 'checkInputs'>;
}

/** Times and holds of the passes of a stream. */
export interface PassTally {
	trainingMs: number;
	waitingMs: number;
	/** Of one pass, in bytes. */
	readonly peaks: PassPeaks;
}

/** The most that a pass held: in all, and its parts, which reach theirs at different moments. */
export interface PassPeaks {
	held: number;
	window: number;
	operators: number;
	/** Examples that waited for a free slot. */
	waiting: number;
}

interface Gathered {
	readonly rows: GatheredRows;
	readonly order: Order;
	readonly recordAt: (position: number) => number;
}

/** What one pass does, decided before anything is read. */
interface PassPlan {
	readonly training: boolean;
	/** Whose order the pass has. */
	readonly epoch: number;
	readonly shuffle: Shuffle;
	/** Real rows of a full batch. */
	readonly size: number;
	readonly remainder: BatchesConfig['remainder'];
	/** Names the one batch of everything, where it is the same in every epoch. */
	readonly name: string | undefined;
}

const planPass = ({links, batches, count}: PassContext, {lane, split, epoch}: PassRequest, rows: number): PassPlan => {
	const training = lane === 'train';
	if (!training) {
		return {
			training, epoch, shuffle: 'none', size: rows, remainder: 'keep', name: undefined,
		};
	}

	const {size, shuffle, remainder} = batches;
	if (size !== 'all') {
		return {
			training, epoch, shuffle, size: Math.min(size, rows), remainder, name: undefined,
		};
	}

	const isStatic = count !== undefined && count <= rows && links.every(({step}) => step.deterministic);
	return {
		training, epoch: isStatic ? 1 : epoch, shuffle, size: rows, remainder: 'keep', name: isStatic ? split : undefined,
	};
};

/** Announces the content of the next slot again, if it is the one of this name. */
const announceAgain = async (writer: LaneWriter, name: string | undefined, signal: AbortSignal): Promise<PassResult | undefined> => {
	const content = writer.content();
	if (name === undefined || content?.name !== name) {
		return undefined;
	}

	const slot = await writer.reserve({signal});
	slot.commit(content.count, {name});
	await writer.end({signal});
	return {batches: 1, examples: content.count};
};

/** Fills a lane with one pass and marks its end. */
export const runPass = async (context: PassContext, request: PassRequest, options: {readonly writer: LaneWriter; readonly signal: AbortSignal}): Promise<PassResult> => {
	const {tally} = context;
	const meter = createMeter();
	const parts = {window: partOf(meter), operators: partOf(meter), waiting: partOf(meter)};
	const start = performance.now();
	let waitedMs = 0;
	try {
		return await fillLane(context, request, {
			...options, meter, parts, onWaited(milliseconds) {
				waitedMs += milliseconds;
			},
		});
	} finally {
		tally.peaks.held = Math.max(tally.peaks.held, meter.peak);
		for (const name of ['window', 'operators', 'waiting'] as const) {
			tally.peaks[name] = Math.max(tally.peaks[name], parts[name].peak());
		}

		if (request.lane === 'train') {
			tally.trainingMs += performance.now() - start;
			tally.waitingMs += waitedMs;
		}
	}
};

/** A builder that tells how long it waited for a free slot. */
const timed = ({isReady, ready, put, fill, end}: BatchBuilder, onWaited: (milliseconds: number) => void): BatchBuilder => ({
	isReady, put, fill, end,
	async ready() {
		const start = performance.now();
		await ready();
		onWaited(performance.now() - start);
	},
});

const fillLane = async (
	context: PassContext,
	request: PassRequest,
	{writer, signal, meter, parts, onWaited}: {
		readonly writer: LaneWriter;
		readonly signal: AbortSignal;
		readonly meter: Meter;
		readonly parts: Readonly<Record<'window' | 'operators' | 'waiting', MeterPart>>;
		readonly onWaited: (milliseconds: number) => void;
	},
): Promise<PassResult> => {
	const {set, links, input, budgets, seed, limit} = context;
	const {training, epoch, shuffle, size, remainder, name} = planPass(context, request, writer.lane.slot.rows);
	const again = request.fromBatch === 0 ? await announceAgain(writer, name, signal) : undefined;
	if (again !== undefined) {
		return again;
	}

	const builder = timed(createBatchBuilder({
		writer, size, remainder, signal, classes: input.oneHot?.classes, ...(name !== undefined && {name}),
	}), onWaited);
	const windowSize = typeof shuffle === 'object' ? shuffle.window : undefined;
	const budget = budgets.flow + budgets.operators + (windowSize === undefined ? 0 : budgets.window);
	const gate = {meter, budget, signal};
	const chain = (list: readonly ChainLink[]): ReturnType<typeof chainOf> => chainOf(list, {
		...context.chain, ...gate, meter: parts.operators.meter, seed, epoch, training,
	});
	const most = training ? limit : undefined;
	const skip = request.fromBatch * size;
	const {runs} = splitChoice(links);

	if (shuffle !== 'global' && (runs.length > 0 || set.cached.store() === undefined)) {
		const examples = chain(links)(epochExamples(set, {...gate, limit: most, epoch}));
		const shuffled = windowSize === undefined
			? examples
			: examples.pipe(shuffleWindow({
				size: windowSize, seed, epoch, meter: parts.window.meter,
			}));
		return collectBatches(upTo(shuffled, most), builder, {meter: parts.waiting.meter, skip});
	}

	const store = await set.cached.complete({signal});
	const records = await context.chosen({signal});
	const order = createOrder({
		shuffle, length: records?.length ?? store.count, seed, epoch,
	}, {limit: runs.length === 0 ? most : undefined});
	const rows = shuffle === 'global' ? set.cached.rows(store) : {features: store.features, label: store.label, close() {}};
	const recordAt = (position: number): number => records?.[position] ?? position;
	try {
		if (runs.length === 0) {
			order.skip(skip);
			return await gatherBatches(rows, builder, {order, recordAt, signal});
		}

		return await collectBatches(upTo(chain(runs)(gatheredExamples(set, {rows, order, recordAt}, {...gate, chunkBytes: budgets.chunk})), most), builder, {meter: parts.waiting.meter, skip});
	} finally {
		rows.close();
	}
};

/** The first examples of a stream, or all. */
const upTo = (examples: Observable<Example>, limit: number | undefined): Observable<Example> => (limit === undefined ? examples : examples.pipe(take(limit)));

/** Examples out of the decoded records, in an order of their own. */
const gatheredExamples = (
	{cached: {spec, source}}: SplitSet,
	{rows, ...positions}: Gathered,
	{chunkBytes, signal, ...options}: {readonly meter: Meter; readonly budget: number; readonly signal: AbortSignal; readonly chunkBytes: number},
): Observable<Example> => {
	let records: Float64Array = new Float64Array(0);
	let first = 0;

	/** The chunks number the positions of the pass; only one is under way at a time, and `records` are its numbers. */
	async function * chunks(): AsyncGenerator<RecordChunk, void> {
		const most = Math.max(1, Math.floor(chunkBytes / Math.max(1, bytesOf(spec.features))));
		for (;;) {
			const window = takeRecords(positions, rows.ahead?.size ?? most);
			if (window.length === 0) {
				return;
			}

			await rows.ahead?.load(window, {signal});
			for (let start = 0; start < window.length; start += most) {
				first += records.length;
				records = window.subarray(start, start + most);
				yield gatherChunk(rows, spec, {source: source.id, first, records});
			}
		}
	}

	return flow(chunks(), {signal, ...options}).pipe(map(example => ({...example, index: records[example.index - first]!})));
};
