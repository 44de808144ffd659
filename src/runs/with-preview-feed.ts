import type {LoadedDefinition} from '../definition/load.ts';
import {createFeed} from '../feed/create-feed.ts';
import type {Feed} from '../feed/feed.ts';
import type {FeedOptions} from '../feed/options.ts';
import type {OnEvent} from '../events/schema.ts';
import {withPlaces} from './placed.ts';

/**
 * Opens the stream of a definition through its first operators, for whoever looks at examples, and closes it behind them.
 *
 * @throws the codes of sources and operators, and what `work` throws
 */
export const withPreviewFeed = async <Seen>(
	loaded: LoadedDefinition,
	{given, operators, checkInputs = false, signal, onEvent}: {
		readonly given: FeedOptions;
		/** Operators that the examples go through, from the first on. */
		readonly operators: number;
		readonly checkInputs?: boolean;
		readonly signal: AbortSignal;
		readonly onEvent: OnEvent | undefined;
	},
	work: (feed: Feed) => Promise<Seen>,
): Promise<Seen> => {
	const options = {...given, data: loaded.definition.data, operators: given.operators.slice(0, operators), fuse: false, checkInputs};
	const feed = await withPlaces(loaded, async () => createFeed(options, {signal, onEvent}));
	// Closing ends what is being read.
	const close = (): void => {
		void feed.close();
	};

	signal.addEventListener('abort', close, {once: true});
	try {
		return await work(feed);
	} finally {
		signal.removeEventListener('abort', close);
		await feed.close();
	}
};
