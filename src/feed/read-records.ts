import {createError} from '../errors/threadloom-error.ts';
import {allocate} from '../tensor/dtypes.ts';
import type {RecordChunk} from '../tensor/example.ts';
import {sizeOf} from '../tensor/shape.ts';
import type {CachedSource} from './cached-source.ts';
import {gatherChunk} from './gather-chunk.ts';

const missing = (source: string, record: number): Error =>
	createError('INTERNAL', {reason: `record ${record} was asked for, but ${source} does not hold it`});

/** Copies records as their source holds them, in the order asked for; without the decoded cache it reads up to the last of them. */
export const readRecords = async (
	{store: complete, source, spec, chunks}: CachedSource,
	records: readonly number[],
	{signal}: {readonly signal: AbortSignal},
): Promise<RecordChunk> => {
	const first = records[0] ?? 0;
	const store = complete();
	if (store !== undefined) {
		const absent = records.find(record => !(record >= 0 && record < store.count));
		if (absent !== undefined) {
			throw missing(source.id, absent);
		}

		return gatherChunk(store, spec, {source: source.id, first, records});
	}

	const size = sizeOf(spec.features.shape);
	const labelSize = sizeOf(spec.label.shape);
	const features = allocate(spec.features.dtype, records.length * size);
	const labels = allocate(spec.label.dtype, records.length * labelSize);
	const sorted = [...records.entries()].toSorted(([, a], [, b]) => a - b);
	let next = 0;
	for await (const chunk of records.length === 0 ? [] : chunks({signal})) {
		for (; next < sorted.length && sorted[next]![1] < chunk.first + chunk.count; next++) {
			const [row, record] = sorted[next]!;
			const at = record - chunk.first;
			features.set(chunk.features.subarray(at * size, (at + 1) * size), row * size);
			labels.set(chunk.labels.subarray(at * labelSize, (at + 1) * labelSize), row * labelSize);
		}

		if (next === sorted.length) {
			break;
		}
	}

	if (next < sorted.length) {
		throw missing(source.id, sorted[next]![1]);
	}

	return {
		source: source.id, first, count: records.length, features, labels,
	};
};
