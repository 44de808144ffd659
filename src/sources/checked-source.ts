import {messageOf} from '../errors/thrown.ts';
import {createError, ThreadloomError} from '../errors/threadloom-error.ts';
import {dtypeOf, isTensorArray} from '../tensor/dtypes.ts';
import type {ExampleSpec, RecordChunk} from '../tensor/example.ts';
import {sizeOf} from '../tensor/shape.ts';
import {kindOf, specFault} from '../tensor/spec-fault.ts';
import type {Source} from './source.ts';

/** The type of a value by its name. */
const typeOf = (value: unknown): string => (typeof value === 'object' && value !== null ? value.constructor?.name ?? 'an object' : String(value));

/** What is wrong with a chunk, if anything; a source in JavaScript may give what it likes. */
const faultOf = (chunk: RecordChunk | undefined, spec: ExampleSpec, next: number): string | undefined => {
	if (typeof chunk !== 'object' || chunk === null) {
		return `a chunk is ${typeOf(chunk)}`;
	}

	const {first, count, features, labels} = chunk;
	if (!Number.isInteger(count) || count < 1) {
		return `a chunk has ${count} records`;
	}

	if (spec.count !== undefined && next + count > spec.count) {
		return `it goes on after the ${spec.count} records that it declared`;
	}

	if (first !== next) {
		return `a chunk starts at record ${first}, expected ${next}`;
	}

	for (const [name, array, {shape, dtype}] of [['features', features, spec.features], ['labels', labels, spec.label]] as const) {
		if (!isTensorArray(array)) {
			return `${name} are ${typeOf(array)}, expected a typed array of ${dtype}`;
		}

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

/** The chunks of a source, whose own errors get its name. @throws SOURCE_FAILED, SOURCE_CONTRACT */
async function * named(source: Source, options: Parameters<Source['chunks']>[0], record: () => number): AsyncGenerator<RecordChunk, void> {
	const failure = (error: unknown): ThreadloomError => (error instanceof ThreadloomError
		? error
		: createError('SOURCE_FAILED', {source: source.id, record: record(), reason: messageOf(error)}, {cause: error}));

	let answer: unknown;
	try {
		answer = source.chunks(options);
	} catch (error) {
		throw failure(error); // It need not be a generator, which throws at its first piece only.
	}

	if (typeof (answer as Partial<AsyncIterable<unknown>> | undefined)?.[Symbol.asyncIterator] !== 'function') {
		throw createError('SOURCE_CONTRACT', {source: source.id, reason: `chunks() answered ${kindOf(answer)}, expected an async iterable (async * chunks)`});
	}

	const chunks = (answer as AsyncIterable<RecordChunk>)[Symbol.asyncIterator]();
	let isOver = false;
	try {
		for (;;) {
			let piece: IteratorResult<RecordChunk>;
			try {
				piece = await chunks.next();
			} catch (error) {
				isOver = true;
				throw failure(error);
			}

			if (piece.done) {
				isOver = true;
				return;
			}

			yield piece.value;
		}
	} finally {
		if (!isOver) {
			await chunks.return?.();
		}
	}
}

/** What a source describes itself as. @throws SOURCE_CONTRACT, SOURCE_FAILED */
const described = async (source: Source, options: Parameters<Source['describe']>[0]): Promise<ExampleSpec> => {
	let spec: ExampleSpec;
	try {
		spec = await source.describe(options);
	} catch (error) {
		throw error instanceof ThreadloomError || options.signal.aborted ? error : createError('SOURCE_FAILED', {source: source.id, reason: messageOf(error)}, {cause: error});
	}

	const fault = specFault(spec);
	if (fault !== undefined) {
		throw createError('SOURCE_CONTRACT', {source: source.id, reason: `describe() ${fault}`});
	}

	return spec;
};

/**
 * Watches a source of the user's own: its chunks must be what it describes. It may be of a class, whose methods a copy
 * of its own keys would leave behind.
 *
 * @throws SOURCE_CONTRACT, SOURCE_FAILED, from `describe` and `chunks`
 */
export const checkedSource = (source: Source): Source => ({
	id: source.id,
	...(source.isRepeatable !== undefined && {isRepeatable: source.isRepeatable}),
	...(source.locate && {locate: (record, part) => source.locate!(record, part)}),
	...(source.raw && {raw: () => source.raw!()}),
	digests: () => source.digests(),
	describe: async options => described(source, options),
	async * chunks(options) {
		const spec = await described(source, options);
		let next: number | undefined;
		for await (const chunk of named(source, options, () => next ?? 0)) {
			next ??= Math.max(0, Math.min((chunk as RecordChunk | undefined)?.first ?? 0, options.from ?? 0));
			const reason = faultOf(chunk, spec, next);
			if (reason !== undefined) {
				throw createError('SOURCE_CONTRACT', {source: source.id, record: next, reason});
			}

			next += chunk.count;
			yield chunk;
		}

		const given = next ?? options.from ?? 0;
		if (spec.count !== undefined && given !== spec.count) {
			throw createError('SOURCE_CONTRACT', {source: source.id, record: given, reason: `it gave ${given} records, declared ${spec.count}`});
		}
	},
});
