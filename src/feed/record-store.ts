import {allocate, type TypedArray} from '../tensor/dtypes.ts';
import type {ExampleSpec, RecordChunk} from '../tensor/example.ts';
import {bytesOf, sizeOf} from '../tensor/shape.ts';
import type {ReadAhead} from './read-ahead.ts';

/** Decoded records of one source, to be read in any order. */
export interface RecordStore {
	/** Records so far. */
	readonly count: number;
	/** Adds the next records. */
	readonly append: (chunk: RecordChunk) => Promise<void>;
	/** The features of a record; the view is valid until the next call. */
	readonly features: (record: number) => TypedArray;
	readonly label: (record: number) => number | TypedArray;
	/** Labels of all records, behind each other. */
	readonly labels: () => TypedArray;
	/** Reads records in windows of so many bytes, where they do not lie in memory. */
	readonly readAhead: ((options: {readonly bytes: number}) => ReadAhead) | undefined;
	readonly close: () => Promise<void>;
}

/** Where the features of a store lie. */
export interface FeatureStorage {
	readonly append: (chunk: RecordChunk) => void | Promise<void>;
	readonly read: (record: number) => TypedArray;
	readonly readAhead?: RecordStore['readAhead'];
	readonly close: () => Promise<void>;
}

/** Keeps the labels in memory and the features where the storage does. */
export const createRecordStore = (spec: ExampleSpec, storage: FeatureStorage): RecordStore => {
	const size = sizeOf(spec.label.shape);
	let labels = allocate(spec.label.dtype, (spec.count ?? 1024) * size);
	let count = 0;

	const appendLabels = (chunk: RecordChunk): void => {
		const needed = (count + chunk.count) * size;
		if (labels.length < needed) {
			const larger = allocate(spec.label.dtype, Math.max(needed, labels.length * 2));
			larger.set(labels);
			labels = larger;
		}

		labels.set(chunk.labels, count * size);
		count += chunk.count;
	};

	return {
		get count() {
			return count;
		},
		async append(chunk) {
			await storage.append(chunk);
			appendLabels(chunk);
		},
		features: storage.read,
		label: record => (size === 1 ? labels[record]! : labels.subarray(record * size, (record + 1) * size)),
		labels: () => labels.subarray(0, count * size),
		readAhead: storage.readAhead,
		close: storage.close,
	};
};

/** Holds features in memory; the number of records is known beforehand. */
export const memoryStorage = ({features: {shape, dtype}, count = 0}: ExampleSpec, {release}: {readonly release: () => void}): FeatureStorage => {
	const size = sizeOf(shape);
	let values: TypedArray | undefined = allocate(dtype, count * size);
	return {
		append(chunk) {
			values!.set(chunk.features, chunk.first * size);
		},
		read: record => values!.subarray(record * size, (record + 1) * size),
		async close() {
			if (values !== undefined) {
				values = undefined;
				release();
			}
		},
	};
};

/** Bytes of a whole split in memory, where its length is known. */
export const storedBytes = ({features, label, count}: ExampleSpec): number =>
	(count ?? Number.POSITIVE_INFINITY) * (bytesOf(features) + bytesOf(label));
