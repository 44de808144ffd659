import type {RecordPlace} from '../errors/placed.ts';
import {createError} from '../errors/threadloom-error.ts';
import type {OnEvent} from '../events/schema.ts';
import type {Source} from '../sources/source.ts';
import type {ExampleSpec} from '../tensor/example.ts';
import type {SamplePolicy} from './schema.ts';

/** A record that is left out, and why. */
export interface Reject {
	readonly source: string;
	readonly record: number;
	/** The operator that failed on it; none when it cannot be read. */
	readonly operator?: string;
	readonly code: string;
	readonly reason: string;
	/** Where it lies, where that is known. */
	readonly file?: string;
	readonly offset?: number;
}

/** The records of a stream that are left out. */
export interface Rejects {
	/** Whether records are left out at all. */
	readonly skips: boolean;
	/** Leaves a record out; each is told once, however many passes fail on it. @throws SAMPLES_REJECTED beyond the limit */
	readonly add: (reject: Reject) => void;
	/** Whether its source could not read a record. */
	readonly isUnreadable: (source: string, record: number) => boolean;
	/** How many of a source there are. */
	readonly count: (source: string) => number;
	/** Where a record lies, as far as its source can tell. */
	readonly locate: (source: string, record: number) => RecordPlace | undefined;
}

const mostOf = (policy: SamplePolicy, records: number | undefined): number => {
	if (policy === 'skip') {
		return Number.POSITIVE_INFINITY;
	}

	if (policy === 'fail') {
		return 0;
	}

	const {limit} = policy;
	return 'count' in limit ? limit.count : Math.floor(limit.share * (records ?? Number.POSITIVE_INFINITY));
};

/** Makes the keeper of the records that are left out of one stream. */
export const createRejects = (policy: SamplePolicy, {before = [], sources, onEvent}: {
	/** Left out before; they count and are not told again. @default [] */
	readonly before?: readonly Reject[] | undefined;
	readonly sources: ReadonlyArray<{readonly source: Pick<Source, 'id' | 'locate'>; readonly spec: Pick<ExampleSpec, 'count'>}>;
	readonly onEvent: OnEvent | undefined;
}): Rejects => {
	const described = new Map(sources.map(each => [each.source.id, each]));
	const locate: Rejects['locate'] = (source, record) => described.get(source)?.source.locate?.(record);
	const known = new Map<string, {readonly unreadable: Set<number>; readonly failed: Set<number>}>();
	const rejectedOf = (source: string): number => {
		const sets = known.get(source);
		return sets === undefined ? 0 : sets.unreadable.size + sets.failed.size;
	};

	/** Notes a record; answers whether it is new. */
	const note = ({source, record, operator}: Reject): boolean => {
		const sets = known.get(source) ?? {unreadable: new Set(), failed: new Set()};
		known.set(source, sets);
		const isNew = !sets.unreadable.has(record) && !sets.failed.has(record);
		(operator === undefined ? sets.unreadable : sets.failed).add(record);
		return isNew;
	};

	for (const reject of before) {
		note(reject);
	}

	return {
		skips: policy !== 'fail',
		add(reject) {
			const {source, record} = reject;
			if (note(reject)) {
				onEvent?.({type: 'sampleError', ...locate(source, record), ...reject});
			}

			// Told before or not: what ended beyond the limit does not get past it by being tried again.
			const count = rejectedOf(source);
			const most = mostOf(policy, described.get(source)?.spec.count);
			if (count > most) {
				throw createError('SAMPLES_REJECTED', {source, count, most, record, reason: reject.reason});
			}
		},
		isUnreadable: (source, record) => known.get(source)?.unreadable.has(record) ?? false,
		count: rejectedOf,
		locate,
	};
};
