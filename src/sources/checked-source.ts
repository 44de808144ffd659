import {createError} from '../errors/threadloom-error.ts';
import {dtypeOf} from '../tensor/dtypes.ts';
import type {ExampleSpec, RecordChunk} from '../tensor/example.ts';
import {sizeOf} from '../tensor/shape.ts';
import type {Source} from './source.ts';

/** What is wrong with a chunk, if anything. */
const faultOf = ({first, count, features, labels}: RecordChunk, spec: ExampleSpec, next: number): string | undefined => {
	if (!Number.isInteger(count) || count < 1) {
		return `a chunk has ${count} records`;
	}

	if (first !== next) {
		return `a chunk starts at record ${first}, expected ${next}`;
	}

	for (const [name, array, {shape, dtype}] of [['features', features, spec.features], ['labels', labels, spec.label]] as const) {
		if (dtypeOf(array) !== dtype) {
			return `${name} are ${dtypeOf(array)}, declared ${dtype}`;
		}

		if (array.length !== count * sizeOf(shape)) {
			return `${name} of ${count} records have ${array.length} elements, expected ${count * sizeOf(shape)}`;
		}
	}

	if (spec.classes !== undefined && spec.label.shape.length === 0) {
		const {length} = spec.classes;
		const wrong = labels.find(label => !(label >= 0 && label < length));
		return wrong === undefined ? undefined : `a label is ${wrong}, expected 0 to ${length - 1}`;
	}

	return undefined;
};

/**
 * Watches a source of the user's own: its chunks must be what it describes.
 *
 * @throws SOURCE_CONTRACT, from `chunks`
 */
export const checkedSource = (source: Source): Source => ({
	...source,
	async * chunks(options) {
		const spec = await source.describe(options);
		let next = 0;
		for await (const chunk of source.chunks(options)) {
			const reason = faultOf(chunk, spec, next);
			if (reason !== undefined) {
				throw createError('SOURCE_CONTRACT', {source: source.id, record: next, reason});
			}

			next += chunk.count;
			yield chunk;
		}

		if (spec.count !== undefined && next !== spec.count) {
			throw createError('SOURCE_CONTRACT', {source: source.id, record: next, reason: `it gave ${next} records, declared ${spec.count}`});
		}
	},
});
