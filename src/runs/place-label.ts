import type {SplitName} from '../batching/pass.ts';
import {createError, ThreadloomError} from '../errors/threadloom-error.ts';
import type {Feed} from '../feed/feed.ts';

/** What failed, with the file and the byte of a label that no output stands for: the workers know its record alone. */
export const withLabelPlace = async (error: unknown, feed: Pick<Feed, 'locate'>, splitOf: (lane: string) => SplitName): Promise<unknown> => {
	if (!(error instanceof ThreadloomError) || error.code !== 'LABEL_BEYOND') {
		return error;
	}

	const details = error.details as {readonly record: number; readonly label: number; readonly classes: number; readonly lane: string};
	// A stream that failed meanwhile cannot say; the first error wins.
	const place = await feed.locate({split: splitOf(details.lane), record: details.record, part: 'label'}).catch(() => undefined);
	return place === undefined ? error : createError('LABEL_BEYOND', {...details, path: place.file, ...(place.offset !== undefined && {offset: place.offset})}, {cause: error});
};
