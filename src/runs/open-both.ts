import type {Feed} from '../feed/feed.ts';
import {openFeed} from './open-feed.ts';
import {startWorkers, type Workers} from './session.ts';

/** Opens the stream of a run while its workers start: neither needs the other before the model is compiled. */
export const openFeedAndWorkers = async (options: Parameters<typeof openFeed>[0]): Promise<{readonly feed: Feed; readonly workers: Workers}> => {
	const [feed, workers] = await Promise.allSettled([openFeed(options), startWorkers(options.loaded.definition)]);
	if (feed.status === 'fulfilled' && workers.status === 'fulfilled') {
		return {feed: feed.value, workers: workers.value};
	}

	if (feed.status === 'fulfilled') {
		await feed.value.close();
	}

	if (workers.status === 'fulfilled') {
		await workers.value.crew.end();
	}

	throw [feed, workers].find((outcome): outcome is PromiseRejectedResult => outcome.status === 'rejected')!.reason;
};
