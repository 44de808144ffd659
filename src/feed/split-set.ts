import type {Observable} from 'rxjs';
import {filter} from '../stream/rx.ts';
import {flow} from '../stream/flow.ts';
import type {Meter} from '../stream/meter.ts';
import type {Example} from '../tensor/example.ts';
import type {CachedSource} from './cached-source.ts';

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

/** The examples of a split in the order of the source. */
export const examplesInOrder = (
	{cached, membership}: SplitSet,
	options: {readonly meter: Meter; readonly budget: number; readonly signal: AbortSignal},
): Observable<Example> => {
	const all = flow(cached.chunks(options), options);
	return membership === undefined ? all : all.pipe(filter(({index}) => membership.marks[index] === membership.part));
};
