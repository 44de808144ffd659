import type {InThreadFeedOptions} from './options.ts';

/** Whether a source has no last record. */
export const isEndless = (count: number | undefined): boolean => count === Number.POSITIVE_INFINITY;

/** The most examples that a training pass has; undefined where the definition does not say. */
export const epochLimit = ({stepsPerEpoch, batches}: Pick<InThreadFeedOptions, 'stepsPerEpoch' | 'batches'>): number | undefined =>
	(stepsPerEpoch === undefined || batches.size === 'all' ? undefined : stepsPerEpoch * batches.size);

/** The examples of a training pass out of those of its share. */
export const epochCount = (count: number | undefined, limit: number | undefined): number | undefined =>
	(limit === undefined || count === undefined ? count : Math.min(count, limit));
