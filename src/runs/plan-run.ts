import type {LoadedDefinition} from '../definition/load.ts';
import {createError} from '../errors/threadloom-error.ts';
import {planFeed, type FeedPlan} from '../feed/plan-feed.ts';
import {modelSummary, type ModelSummary} from '../model/summary.ts';
import {slotLayout} from '../batching/ring.ts';
import {feedOptions} from './open-feed.ts';
import {withPlaces} from './placed.ts';
import {engineOptions, planLanes, vectorBytes} from './session.ts';
import type {RunOptions} from './types.ts';

/** A run before it runs. */
export interface RunPlan {
	readonly feed: FeedPlan;
	readonly model: ModelSummary | undefined;
	readonly batchSize: number | undefined;
	readonly stepsPerEpoch: number | undefined;
	/** Bytes that each part may take at most. */
	readonly memory: Readonly<Record<string, number>>;
}

/** Works out shapes, sizes and memory of a definition. Reads headers only. */
export const planRun = async (loaded: LoadedDefinition, options: RunOptions): Promise<RunPlan> => {
	const {definition} = loaded;
	const seed = definition.seed ?? 0;
	const feed = await withPlaces(loaded, async () => planFeed(feedOptions(loaded, seed, options), {signal: options.signal ?? new AbortController().signal}));
	if (definition.model === undefined) {
		return {feed, model: undefined, batchSize: undefined, stepsPerEpoch: undefined, memory: feed.bounds};
	}

	const {model, options: compiled, batchSize} = engineOptions(loaded, {info: feed.info}, seed);
	const lanes = planLanes(compiled, {isWhole: definition.batches.size === 'all'});
	const {state, gradients} = vectorBytes(model, compiled);
	const count = feed.info.splits.train?.count;
	return {
		feed,
		model: modelSummary(model),
		batchSize,
		stepsPerEpoch: count === undefined ? undefined : Math.ceil(count / batchSize),
		memory: {
			...feed.bounds,
			'ring, training': lanes.train.slots * slotLayout(lanes.train.slot).bytes,
			'ring, evaluation': lanes.evaluation.slots * slotLayout(lanes.evaluation.slot).bytes,
			'parameters and optimizer': state,
			// The two places that snapshots are taken to in turn, and the one that is converted and written.
			snapshots: 3 * state,
			gradients,
		},
	};
};

/** The layer table of a definition. Reads headers only, and none when the data set is in the catalogue. */
export const summarize = async (loaded: LoadedDefinition, options: RunOptions): Promise<ModelSummary> => {
	const {model} = await planRun(loaded, options);
	if (model === undefined) {
		throw createError('MODEL_MISSING', {name: loaded.definition.name});
	}

	return model;
};
