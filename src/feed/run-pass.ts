import {map, type Observable} from 'rxjs';
import {createBatchBuilder} from '../batching/batch-builder.ts';
import {collectBatches} from '../batching/collect-batches.ts';
import {gatherBatches} from '../batching/gather-batches.ts';
import type {LaneWriter} from '../batching/lane-writer.ts';
import {createOrder, type Order} from '../batching/order.ts';
import type {PassRequest, PassResult} from '../batching/pass.ts';
import type {BatchesConfig, Shuffle} from '../batching/schema.ts';
import {shuffleWindow} from '../batching/shuffle-window-operator.ts';
import {flow} from '../stream/flow.ts';
import {createMeter, type Meter} from '../stream/meter.ts';
import type {Example, RecordChunk} from '../tensor/example.ts';
import type {InputMap} from '../tensor/input-map.ts';
import type {Budgets} from './budgets.ts';
import {gatherChunk} from './gather-chunk.ts';
import {splitChoice} from './links.ts';
import {chainOf, type ChainLink, type ChainOptions} from './operator-chain.ts';
import type {RecordStore} from './record-store.ts';
import {examplesInOrder, type SplitSet} from './split-set.ts';

/** What every pass of one split shares. */
export interface PassContext {
	readonly set: SplitSet;
	readonly links: readonly ChainLink[];
	/** Records that the choosing operators leave, in order; undefined for all of a source. */
	readonly chosen: (options: {readonly signal: AbortSignal}) => Promise<Float64Array | undefined>;
	readonly batches: BatchesConfig;
	readonly input: InputMap;
	readonly budgets: Budgets;
	readonly seed: number;
	readonly chain: Pick<ChainOptions, 'states' | 'stage'>;
}

interface Gathered {
	readonly store: RecordStore;
	readonly order: Order;
	readonly recordAt: (position: number) => number;
}

/** Fills a lane with one pass and marks its end. */
export const runPass = async (
	context: PassContext,
	{lane, split, epoch: asked, fromBatch}: PassRequest,
	{writer, signal}: {readonly writer: LaneWriter; readonly signal: AbortSignal},
): Promise<PassResult> => {
	const {set, links, batches, input, budgets, seed} = context;
	const training = lane === 'train';
	const {slot: {rows}} = writer.lane;
	const isStatic = training && batches.size === 'all' && links.every(({step}) => step.deterministic);
	// A batch of everything is the same in every epoch.
	const epoch = isStatic ? 1 : asked;
	const name = isStatic ? split : undefined;
	const known = writer.content();
	if (name !== undefined && known?.name === name && fromBatch === 0) {
		const slot = await writer.reserve({signal});
		slot.commit(known.count, {name});
		await writer.end({signal});
		return {batches: 1, examples: known.count};
	}

	const size = training && batches.size !== 'all' ? Math.min(batches.size, rows) : rows;
	const builder = createBatchBuilder({
		writer, size, signal, remainder: training && batches.size !== 'all' ? batches.remainder : 'keep', classes: input.oneHot?.classes, ...(name !== undefined && {name}),
	});
	const shuffle: Shuffle = training ? batches.shuffle : 'none';
	const meter = createMeter();
	const budget = budgets.flow + (typeof shuffle === 'object' ? budgets.window : 0);
	const chain = (list: readonly ChainLink[]): ReturnType<typeof chainOf> =>
		chainOf(list, {...context.chain, seed, epoch, training, meter, budget, signal});
	const skip = fromBatch * size;
	const {runs} = splitChoice(links);

	if (shuffle === 'global' || (runs.length === 0 && set.cached.store() !== undefined)) {
		const store = await set.cached.complete({signal});
		const records = await context.chosen({signal});
		const order = createOrder({shuffle, length: records?.length ?? store.count, seed, epoch});
		const gathered: Gathered = {store, order, recordAt: position => records?.[position] ?? position};
		if (runs.length === 0) {
			order.skip(skip);
			return gatherBatches(store, builder, {...gathered, signal});
		}

		const examples = gatheredExamples(set, gathered, {meter, budget, signal, chunkBytes: budgets.chunk});
		return collectBatches(chain(runs)(examples), builder, {meter, skip});
	}

	const examples = chain(links)(examplesInOrder(set, {meter, budget, signal}));
	return collectBatches(typeof shuffle === 'object' ? examples.pipe(shuffleWindow({size: shuffle.window, seed, epoch, meter})) : examples, builder, {meter, skip});
};

/** Examples out of the decoded records, in an order of their own. */
const gatheredExamples = (
	{cached: {spec, source}}: SplitSet,
	{store, order, recordAt}: Gathered,
	{chunkBytes, ...options}: {readonly meter: Meter; readonly budget: number; readonly signal: AbortSignal; readonly chunkBytes: number},
): Observable<Example> => {
	let records = new Float64Array(0);
	let first = 0;

	/** The chunks number the positions of the pass; only one is under way at a time, and `records` are its numbers. */
	async function * chunks(): AsyncGenerator<RecordChunk, void> {
		const rows = Math.max(1, Math.floor(chunkBytes / Math.max(1, store.features(0).byteLength)));
		for (let left = order.length; left > 0; left -= records.length) {
			first += records.length;
			records = Float64Array.from({length: Math.min(rows, left)}, () => recordAt(order.next()));
			yield gatherChunk(store, spec, {source: source.id, first, records});
		}
	}

	return flow(chunks(), options).pipe(map(example => ({...example, index: records[example.index - first]!})));
};
