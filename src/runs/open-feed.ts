import type {Definition} from '../definition/schema.ts';
import type {LoadedDefinition} from '../definition/load.ts';
import type {OnEvent} from '../events/schema.ts';
import {createFeed, createInThreadFeed} from '../feed/create-feed.ts';
import type {Feed} from '../feed/feed.ts';
import type {FeedOptions} from '../feed/options.ts';
import {withPlaces, type Written} from './placed.ts';
import {rejectedIn} from './past-events.ts';
import type {Resumption} from './resumption.ts';
import type {RunOptions} from './types.ts';

/** What the stream of a run needs to know. */
export const feedOptions = ({definition, baseDirectory}: Pick<LoadedDefinition, 'definition' | 'baseDirectory'>, seed: number, options: RunOptions): FeedOptions => ({
	data: dataOf(definition),
	operators: definition.operators,
	batches: definition.batches,
	seed,
	stepsPerEpoch: definition.training?.stepsPerEpoch,
	samples: definition.samples,
	memory: options.memory ?? definition.memory,
	baseDirectory,
	dataDirectory: options.dataDirectory,
	network: {...definition.network, ...options.network},
	allowTrailing: options.allowTrailing,
	operatorDirectories: options.allowOperators ?? [],
});

const dataOf = ({data, model}: Definition): FeedOptions['data'] => (model === undefined ? {train: data.train} : data);

/** Opens the stream of a run: in a thread of its own, or in this one when its operators are functions. */
export const openFeed = async ({loaded, seed, options, signal, operatorStates, resume, onEvent}: {
	readonly loaded: Pick<LoadedDefinition, 'definition' | 'baseDirectory'> & Written;
	readonly seed: number;
	readonly options: RunOptions;
	readonly signal: AbortSignal;
	/** States of fitted operators from a checkpoint. */
	readonly operatorStates?: Readonly<Record<string, unknown>>;
	/** Where the run goes on. */
	readonly resume?: Pick<Resumption, 'past'> | undefined;
	/** Hears of what happens on the way. */
	readonly onEvent?: OnEvent | undefined;
}): Promise<Feed> => {
	const given = {...feedOptions(loaded, seed, options), ...(operatorStates && {operatorStates}), ...(resume && {rejected: rejectedIn(resume.past.events)})};
	const {operators} = options;
	return operators === undefined
		? withPlaces(loaded, async () => createFeed(given, {signal, onEvent}))
		: createInThreadFeed({...given, operators}, {signal, onEvent});
};
