import type {Observable} from 'rxjs';
import {filter, take} from '../stream/rx.ts';
import {flow} from '../stream/flow.ts';
import type {Meter} from '../stream/meter.ts';
import type {Example} from '../tensor/example.ts';
import type {CachedSource} from './cached-source.ts';
import {isEndless} from './epoch-length.ts';

/** The records of a source that make one split. */
export interface SplitSet {
	readonly cached: CachedSource;
	/** 1 where a record belongs to `part`; without it all do. */
	readonly membership: {readonly marks: Uint8Array; readonly part: 0 | 1} | undefined;
	/** Records of the split, where known. */
	readonly count: number | undefined;
}

/** The records of a split as numbers of its source, in order; undefined for all of them. */
export const recordsOf = ({membership}: SplitSet): Float64Array | undefined => {
	if (membership === undefined) {
		return undefined;
	}

	const records: number[] = [];
	for (const [record, mark] of membership.marks.entries()) {
		if (mark === membership.part) {
			records.push(record);
		}
	}

	return Float64Array.from(records);
};

interface GateOptions {
	readonly meter: Meter;
	readonly budget: number;
	readonly signal: AbortSignal;
}

/** The examples of a split in the order of the source. */
export const examplesInOrder = (
	{cached, membership}: SplitSet,
	options: GateOptions & {/** The first record that is wanted. */ readonly from?: number},
): Observable<Example> => {
	const {from = 0} = options;
	const read = flow(cached.chunks(options), options);
	const all = from === 0 ? read : read.pipe(filter(({index}) => index >= from));
	return membership === undefined ? all : all.pipe(filter(({index}) => membership.marks[index] === membership.part));
};

/** What an epoch has of a split in the order of the source: of one that never ends its own part, else everything. */
export const epochExamples = (
	set: SplitSet,
	{limit, epoch, ...gate}: GateOptions & {readonly limit: number | undefined; /** From 1. */ readonly epoch: number},
): Observable<Example> => (limit !== undefined && isEndless(set.count)
	? examplesInOrder(set, {...gate, from: (epoch - 1) * limit}).pipe(take(limit))
	: examplesInOrder(set, gate));
