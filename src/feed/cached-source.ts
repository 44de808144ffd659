import {unlessAborted} from '../batching/abort-race.ts';
import type {GatheredRows} from '../batching/gather-batches.ts';
import type {RecordFault, Source} from '../sources/source.ts';
import {throwIfAborted} from '../stream/abort.ts';
import type {Meter} from '../stream/meter.ts';
import type {ExampleSpec, RecordChunk} from '../tensor/example.ts';
import {fileStorage} from './file-storage.ts';
import {gatherChunk} from './gather-chunk.ts';
import {rawStorage} from './raw-storage.ts';
import {
	createRecordStore, memoryStorage, storedBytes, type RecordStore,
} from './record-store.ts';

/** Of a window that is read ahead of a shuffled pass: more would make its first batch late, less would not pay. */
const mostAhead = 32 * 1024 * 1024;
const leastAhead = 1024 * 1024;

/** Bytes that decoded records may take in memory; what does not fit goes into a file. */
export interface Allowance {
	readonly take: (bytes: number) => boolean;
	readonly give: (bytes: number) => void;
	readonly left: () => number;
	readonly taken: () => number;
	/** The most that was taken at a time. */
	readonly peak: () => number;
}

/** Makes the allowance of one stream. */
export const createAllowance = (limit: number): Allowance => {
	let left = limit;
	let least = limit;
	return {
		take(bytes) {
			if (bytes > left) {
				return false;
			}

			left -= bytes;
			least = Math.min(least, left);
			return true;
		},
		give(bytes) {
			left += bytes;
		},
		left: () => left,
		taken: () => limit - left,
		peak: () => limit - least,
	};
};

export interface CachedSourceOptions {
	readonly source: Source;
	readonly spec: ExampleSpec;
	readonly chunkBytes: number;
	readonly allowance: Allowance;
	/** Counts the chunks that are handed out. */
	readonly meter: Meter;
	/** Whether decoded records are kept at all. */
	readonly keeps: boolean;
	/** Hears of records that the source cannot read; without it they end the pass. */
	readonly reject?: ((fault: RecordFault) => void) | undefined;
	/** Ends what is under way when the stream is closed. */
	readonly signal: AbortSignal;
}

/** A source whose records are decoded once. */
export interface CachedSource {
	readonly source: Source;
	readonly spec: ExampleSpec;
	/** All records, once a whole pass was made. */
	readonly store: () => RecordStore | undefined;
	/** Reads everything into the store, once however many ask. */
	readonly complete: (options: {readonly signal: AbortSignal}) => Promise<RecordStore>;
	/** Rows for a pass in an order of its own, read ahead within what the allowance has left where they do not lie in memory. */
	readonly rows: (store: RecordStore) => GatheredRows & {readonly close: () => void};
	/** All records in order, from the store if it is complete; else from the source, and into the store on the way. */
	readonly chunks: (options: {readonly signal: AbortSignal; /** What is not kept may start there. */ readonly from?: number}) => AsyncGenerator<RecordChunk, void>;
	readonly close: () => Promise<void>;
}

/** Puts the decoded cache before a source. */
export const createCachedSource = ({source, spec, chunkBytes, allowance, meter, keeps, reject, signal: closing}: CachedSourceOptions): CachedSource => {
	const {isRepeatable = true} = source;
	let complete: RecordStore | undefined;
	let decoding: Promise<RecordStore> | undefined;
	let isFilling = false;

	const openStore = async (): Promise<RecordStore> => {
		const raw = source.raw?.();
		const bytes = storedBytes(spec);
		return createRecordStore(spec, allowance.take(bytes)
			? memoryStorage(spec, {
				release() {
					allowance.give(bytes);
				},
			})
			: (raw === undefined ? await fileStorage(spec.features) : rawStorage(raw, spec.features)));
	};

	/** Counts each chunk until the next one is asked for. */
	async function * counted(chunks: AsyncIterable<RecordChunk>): AsyncGenerator<RecordChunk, void> {
		let held = 0;
		try {
			for await (const chunk of chunks) {
				const bytes = chunk.features.byteLength + chunk.labels.byteLength;
				meter.add(bytes - held);
				held = bytes;
				yield chunk;
			}
		} finally {
			meter.add(-held);
		}
	}

	/** Passes the source's chunks on and keeps a copy; only a store that saw all of them is used. */
	async function * filling(signal: AbortSignal): AsyncGenerator<RecordChunk, void> {
		const store = await openStore();
		let isWhole = false;
		try {
			for await (const chunk of counted(source.chunks({signal, chunkBytes, ...(reject && {reject})}))) {
				await store.append(chunk);
				yield chunk;
			}

			throwIfAborted(closing);
			isWhole = complete === undefined;
			complete ??= store;
		} finally {
			if (!isWhole) {
				await store.close();
			}
		}
	}

	const decode = async (): Promise<RecordStore> => {
		for await (const _ of filling(closing)) {
			throwIfAborted(closing);
		}

		return complete!;
	};

	async function * stored(store: RecordStore, signal: AbortSignal): AsyncGenerator<RecordChunk, void> {
		const rows = Math.max(1, Math.floor(chunkBytes / Math.max(1, store.features(0).byteLength)));
		for (let first = 0; first < store.count; first += rows) {
			throwIfAborted(signal);
			const count = Math.min(rows, store.count - first);
			yield gatherChunk(store, spec, {source: source.id, first, records: Float64Array.from({length: count}, (_, row) => first + row)});
		}
	}

	const completed: CachedSource['complete'] = async ({signal}) => {
		if (complete !== undefined) {
			return complete;
		}

		decoding ??= decode();
		decoding.catch(() => undefined);
		try {
			return await unlessAborted(decoding, signal);
		} catch (error) {
			// After a failure, whoever comes next may try again; after an abort the others still wait.
			if (!signal.aborted) {
				decoding = undefined;
			}

			throw error;
		}
	};

	return {
		source,
		spec,
		store: () => complete,
		complete: completed,
		rows({features, label, readAhead}) {
			const bytes = Math.min(allowance.left(), mostAhead);
			if (readAhead === undefined || bytes < leastAhead || !allowance.take(bytes)) {
				return {features, label, close() {}};
			}

			const ahead = readAhead({bytes});
			return {
				features: ahead.next, label, ahead, close() {
					allowance.give(bytes);
				},
			};
		},
		async * chunks({signal, from}) {
			if (complete !== undefined) {
				if (complete.count > 0) {
					yield * counted(stored(complete, signal));
				}

				return;
			}

			// What can be read only once is read to its end, so that whoever comes next has all of it.
			if (keeps && !isRepeatable) {
				yield * counted(stored(await completed({signal}), signal));
				return;
			}

			if (!keeps || isFilling || decoding !== undefined) {
				yield * counted(source.chunks({signal, chunkBytes, ...(!keeps && from !== undefined && {from}), ...(reject && {reject})}));
				return;
			}

			isFilling = true;
			try {
				yield * filling(signal);
			} finally {
				isFilling = false;
			}
		},
		async close() {
			await Promise.allSettled([decoding]);
			const store = complete;
			complete = undefined;
			await store?.close();
		},
	};
};
