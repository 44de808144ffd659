import {recordsWithin} from '../idx/reader.ts';
import {allocate} from '../tensor/dtypes.ts';
import type {ExampleSpec, RecordChunk} from '../tensor/example.ts';
import {bytesOf, sizeOf} from '../tensor/shape.ts';
import {countOf, createDraw, createFinder, createWalk, type MixOptions} from './mix-order.ts';
import {sameSpecs} from './same-specs.ts';
import type {RecordFault, Source} from './source.ts';

export type MixedSourceOptions = MixOptions & {readonly id: string};

/** A record of one source. */
interface Taken {
	readonly chunk: RecordChunk;
	readonly row: number;
	/** Why its source could not read it. */
	readonly fault: RecordFault | undefined;
}

/** One source while it is read: its records one by one, the first `passed` of them left out. */
const createCursor = (source: Source, {passed, skips, ...options}: Omit<Parameters<Source['chunks']>[0], 'from' | 'reject'> & {readonly passed: number; readonly skips: boolean}) => {
	/** Of records that are read ahead, by their numbers. */
	const faults = new Map<number, RecordFault>();
	const reject = (fault: RecordFault): void => {
		faults.set(fault.record, fault);
	};

	let from = passed;
	let chunks: AsyncIterator<RecordChunk> | undefined;
	let chunk: RecordChunk | undefined;
	let row = 0;
	return {
		/** The next record; undefined after the last. */
		async next(): Promise<Taken | undefined> {
			while (chunk === undefined || row === chunk.count) {
				chunks ??= source.chunks({...options, from, ...(skips && {reject})})[Symbol.asyncIterator]();
				const piece = await chunks.next();
				if (piece.done) {
					return undefined;
				}

				chunk = piece.value;
				row = Math.min(chunk.count, Math.max(0, from - chunk.first));
			}

			const fault = faults.get(chunk.first + row);
			faults.delete(chunk.first + row);
			return {chunk, row: row++, fault};
		},
		restart() {
			chunks = undefined;
			chunk = undefined;
			from = 0;
		},
		async close() {
			await chunks?.return?.();
		},
	};
};

/**
 * Makes one source of several, mixed by weight: each record comes from one of them, drawn anew, and is the next of that
 * source. The records are numbered in the order in which they come.
 *
 * @throws SHARDS_DIFFER, CLASSES_DIFFER, from `describe`
 */
export const mixedSource = (sources: readonly Source[], options: MixedSourceOptions): Source => {
	const {id, weights, seed, stop} = options;
	let described: {readonly spec: ExampleSpec; readonly counts: ReadonlyArray<number | undefined>; readonly find: ReturnType<typeof createFinder>} | undefined;

	const describeAll = async (given: Parameters<Source['describe']>[0]): Promise<NonNullable<typeof described>> => {
		const specs: ExampleSpec[] = [];
		for (const source of sources) {
			specs.push(await source.describe(given));
		}

		const counts = specs.map(({count}) => count);
		described = {spec: {...sameSpecs(sources, specs), count: countOf(counts, options)}, counts, find: createFinder(counts, options)};
		return described;
	};

	return {
		id,
		isRepeatable: sources.every(({isRepeatable = true}) => isRepeatable),
		describe: async given => (await describeAll(given)).spec,
		async * chunks(given) {
			const {spec: {features, label}, counts} = described ?? await describeAll(given);
			const size = sizeOf(features.shape);
			const labelSize = sizeOf(label.shape);
			const rows = recordsWithin(given.chunkBytes, bytesOf(features) + bytesOf(label));
			const draw = createDraw(weights, seed);
			// What is read ahead of all sources together fits one chunk.
			const {signal, reject, from: wanted = 0} = given;
			const start = counts.includes(undefined) ? 0 : wanted;
			const walk = createWalk(counts, options);
			while (walk.place() < start) {
				walk.next();
			}

			const cursors = sources.map((source, index) =>
				createCursor(source, {
					signal, skips: reject !== undefined, passed: walk.passed[index]!, chunkBytes: Math.max(1, Math.floor(given.chunkBytes / sources.length)),
				}));
			const open = sources.map(() => true);

			/** Takes the record of one place; undefined at the end. */
			const take = async (place: number): Promise<Taken | undefined> => {
				for (;;) {
					const index = draw(place, open);
					if (index === -1) {
						return undefined;
					}

					const found = await cursors[index]!.next();
					if (found !== undefined) {
						return found;
					}

					if (stop === 'first') {
						return undefined;
					}

					if (stop === 'all') {
						open[index] = false;
						continue;
					}

					cursors[index]!.restart();
				}
			};

			try {
				for (let first = start; ;) {
					const values = allocate(features.dtype, rows * size);
					const labels = allocate(label.dtype, rows * labelSize);
					let count = 0;
					for (let found = await take(first); found !== undefined; found = count < rows ? await take(first + count) : undefined) {
						const {chunk, row, fault} = found;
						if (fault !== undefined) {
							reject?.({...fault, record: first + count});
						}

						values.set(chunk.features.subarray(row * size, (row + 1) * size), count * size);
						labels.set(chunk.labels.subarray(row * labelSize, (row + 1) * labelSize), count * labelSize);
						count++;
					}

					if (count === 0) {
						return;
					}

					yield {
						source: id, first, count, features: values.subarray(0, count * size), labels: labels.subarray(0, count * labelSize),
					};
					first += count;
				}
			} finally {
				await Promise.all(cursors.map(async cursor => cursor.close()));
			}
		},
		locate(place, part) {
			// How long a source is decides what comes where, but for the end.
			if (described === undefined || (stop !== 'first' && described.counts.includes(undefined))) {
				return undefined;
			}

			const found = described.find(place);
			return found && sources[found.source]!.locate?.(found.record, part);
		},
		digests: () => Object.assign({}, ...sources.map(source => source.digests())) as Readonly<Record<string, string>>,
	};
};
