import {createError} from '../errors/threadloom-error.ts';
import type {InThreadFeedOptions} from './options.ts';

/** Whether a source has no last record. */
export const isEndless = (count: number | undefined): boolean => count === Number.POSITIVE_INFINITY;

/** The most examples that a training pass has; undefined where the definition does not say. */
export const epochLimit = ({stepsPerEpoch, batches}: Pick<InThreadFeedOptions, 'stepsPerEpoch' | 'batches'>): number | undefined =>
	(stepsPerEpoch === undefined || batches.size === 'all' ? undefined : stepsPerEpoch * batches.size);

/** The examples of a training pass out of those of its share. */
export const epochCount = (count: number | undefined, limit: number | undefined): number | undefined =>
	(limit === undefined || count === undefined ? count : Math.min(count, limit));

interface Counted {
	readonly id: string;
	readonly count: number | undefined;
}

/** @throws SOURCE_ENDLESS when a definition needs the end of a source that has none */
export const checkEndless = (
	{train, test}: {readonly train: Counted | undefined; readonly test: Counted | undefined},
	{batches, stepsPerEpoch, data}: Pick<InThreadFeedOptions, 'batches' | 'stepsPerEpoch' | 'data'>,
): void => {
	if (test !== undefined && isEndless(test.count)) {
		throw createError('SOURCE_ENDLESS', {source: test.id, reason: 'a test split has to'});
	}

	if (train === undefined || !isEndless(train.count)) {
		return;
	}

	const reasons = [
		[stepsPerEpoch === undefined, 'nothing says how long an epoch is'],
		[batches.shuffle === 'global', 'a global shuffle needs all records'],
		[batches.size === 'all', 'a batch of everything has no size'],
		[(data.validation?.fraction ?? 0) > 0, 'a validation share needs their number'],
	] as const;
	const found = reasons.find(([is]) => is);
	if (found !== undefined) {
		throw createError('SOURCE_ENDLESS', {source: train.id, reason: found[1]});
	}
};
