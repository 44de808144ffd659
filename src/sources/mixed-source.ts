import {recordsWithin} from '../idx/reader.ts';
import {createRandom, derive, keyOf} from '../random/generator.ts';
import {allocate} from '../tensor/dtypes.ts';
import type {ExampleSpec, RecordChunk} from '../tensor/example.ts';
import {bytesOf, sizeOf} from '../tensor/shape.ts';
import {sameSpecs} from './same-specs.ts';
import type {Source} from './source.ts';

export interface MixedSourceOptions {
	readonly id: string;
	/** Share of each source, in any unit. */
	readonly weights: readonly number[];
	/** Decides the order. */
	readonly seed: number;
	/**
	 * What comes when a source has given its last record: the end; or the others go on; or it starts again, for ever.
	 */
	readonly stop: 'first' | 'all' | 'never';
}

/** Draws the source of each record in turn: a function of seed, weights, place and of which sources are still open. */
const createDraw = (weights: readonly number[], seed: number): ((place: number, open: readonly boolean[]) => number) => {
	const random = createRandom(derive(keyOf(seed), 'mix'));
	return (place, open) => {
		const total = weights.reduce((sum, weight, index) => sum + (open[index] ? weight : 0), 0);
		let left = random.uniform(place) * total;
		let last = -1;
		for (const [index, weight] of weights.entries()) {
			if (open[index]) {
				last = index;
				left -= weight;
				if (left < 0) {
					break;
				}
			}
		}

		return last;
	};
};

/** One source while it is read: its records one by one, the first `passed` of them left out. */
const createCursor = (source: Source, {passed, ...options}: Omit<Parameters<Source['chunks']>[0], 'from'> & {readonly passed: number}) => {
	let from = passed;
	let chunks: AsyncIterator<RecordChunk> | undefined;
	let chunk: RecordChunk | undefined;
	let row = 0;
	return {
		/** The next record; undefined after the last. */
		async next(): Promise<{readonly chunk: RecordChunk; readonly row: number} | undefined> {
			while (chunk === undefined || row === chunk.count) {
				chunks ??= source.chunks({...options, from})[Symbol.asyncIterator]();
				const piece = await chunks.next();
				if (piece.done) {
					return undefined;
				}

				chunk = piece.value;
				row = Math.min(chunk.count, Math.max(0, from - chunk.first));
			}

			return {chunk, row: row++};
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

/** How many records of each source come before a place; a source that starts again is counted anew. */
const passedBefore = (place: number, counts: ReadonlyArray<number | undefined>, {weights, seed, stop}: MixedSourceOptions): readonly number[] => {
	const draw = createDraw(weights, seed);
	const passed = counts.map(() => 0);
	const open = counts.map(() => true);
	for (let at = 0; at < place; at++) {
		let index = draw(at, open);
		// eslint-disable-next-line no-unmodified-loop-condition -- `stop` is an option; what changes is `index`
		for (; stop === 'all' && index !== -1 && passed[index] === counts[index]; index = draw(at, open)) {
			open[index] = false;
		}

		if (index !== -1) {
			passed[index] = stop === 'never' && passed[index] === counts[index] ? 1 : passed[index]! + 1;
		}
	}

	return passed;
};

/** How many records come, where the lengths of all sources are known. */
const countOf = (counts: ReadonlyArray<number | undefined>, {weights, seed, stop}: MixedSourceOptions): number | undefined => {
	if (stop === 'never') {
		return Number.POSITIVE_INFINITY;
	}

	if (counts.includes(undefined)) {
		return undefined;
	}

	const left = counts.map(count => count!);
	if (stop === 'all') {
		return left.reduce((sum, count) => sum + count, 0);
	}

	const draw = createDraw(weights, seed);
	const open = left.map(() => true);
	for (let place = 0; ; place++) {
		const index = draw(place, open);
		if (left[index] === 0) {
			return place;
		}

		left[index]!--;
	}
};

/**
 * Makes one source of several, mixed by weight: each record comes from one of them, drawn anew, and is the next of that
 * source. The records are numbered in the order in which they come.
 *
 * @throws SHARDS_DIFFER, from `describe`
 */
export const mixedSource = (sources: readonly Source[], options: MixedSourceOptions): Source => {
	const {id, weights, seed, stop} = options;
	let described: {readonly spec: ExampleSpec; readonly counts: ReadonlyArray<number | undefined>} | undefined;

	const describeAll = async (given: Parameters<Source['describe']>[0]): Promise<NonNullable<typeof described>> => {
		const specs: ExampleSpec[] = [];
		for (const source of sources) {
			specs.push(await source.describe(given));
		}

		const counts = specs.map(({count}) => count);
		described = {spec: {...sameSpecs(sources, specs), count: countOf(counts, options)}, counts};
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
			const {signal, from: wanted = 0} = given;
			const start = counts.includes(undefined) ? 0 : wanted;
			const passed = passedBefore(start, counts, options);
			const cursors = sources.map((source, index) =>
				createCursor(source, {signal, passed: passed[index]!, chunkBytes: Math.max(1, Math.floor(given.chunkBytes / sources.length))}));
			const open = sources.map(() => true);

			/** Takes the record of one place; undefined at the end. */
			const take = async (place: number): Promise<{readonly chunk: RecordChunk; readonly row: number} | undefined> => {
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
						const {chunk, row} = found;
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
		digests: () => Object.assign({}, ...sources.map(source => source.digests())) as Readonly<Record<string, string>>,
	};
};
