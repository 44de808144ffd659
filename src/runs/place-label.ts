import type {SplitName} from '../batching/pass.ts';
import {placed} from '../errors/placed.ts';
import {ThreadloomError} from '../errors/threadloom-error.ts';
import type {Feed} from '../feed/feed.ts';

/** What failed, with the file and the byte of a label that no output stands for: the workers know its record alone. */
export const withLabelPlace = async (error: unknown, feed: Pick<Feed, 'locate'>, splitOf: (lane: string) => SplitName): Promise<unknown> => {
	if (!(error instanceof ThreadloomError) || error.code !== 'LABEL_BEYOND') {
		return error;
	}

	const {record, lane} = error.details as {readonly record: number; readonly lane: string};
	// A stream that failed meanwhile cannot say; the first error wins.
	return placed(error, await feed.locate({split: splitOf(lane), record, part: 'label'}).catch(() => undefined));
};
