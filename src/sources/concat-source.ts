import type {ExampleSpec} from '../tensor/example.ts';
import {sameSpecs} from './same-specs.ts';
import type {RecordFault, Source} from './source.ts';

/**
 * Makes one source of several, one after the other: the records of each are numbered on from those before it.
 *
 * @throws SHARDS_DIFFER, CLASSES_DIFFER, from `describe`, when their records have not one shape and type, or their classes not the same names
 */
export const concatSource = (sources: readonly Source[], {id}: {readonly id: string}): Source => {
	/** Records of each, once `describe` was called. */
	let counts: ReadonlyArray<number | undefined> = [];
	return {
		id,
		isRepeatable: sources.every(({isRepeatable = true}) => isRepeatable),
		async describe(options): Promise<ExampleSpec> {
			const specs: ExampleSpec[] = [];
			for (const source of sources) {
				specs.push(await source.describe(options));
			}

			counts = specs.map(({count}) => count);
			return {...sameSpecs(sources, specs), count: specs.reduce<number | undefined>((sum, {count}) => (sum === undefined || count === undefined ? undefined : sum + count), 0)};
		},
		async * chunks({signal, chunkBytes, reject}) {
			let first = 0;
			for (const source of sources) {
				const before = first;
				let count = 0;
				const options = {
					signal, chunkBytes, ...(reject && {
						reject(fault: RecordFault) {
							reject({...fault, record: before + fault.record});
						},
					}),
				};
				for await (const chunk of source.chunks(options)) {
					count = chunk.first + chunk.count;
					yield {...chunk, source: id, first: first + chunk.first};
				}

				first += count;
			}
		},
		locate(record, part) {
			let left = record;
			for (const [index, source] of sources.entries()) {
				const count = counts[index];
				if (count === undefined || left < count) {
					return count === undefined ? undefined : source.locate?.(left, part);
				}

				left -= count;
			}

			return undefined;
		},
		digests: () => Object.assign({}, ...sources.map(source => source.digests())) as Readonly<Record<string, string>>,
	};
};
