import {Buffer} from 'node:buffer';
import {createHash} from 'node:crypto';
import type {LoadedDefinition} from '../definition/load.ts';
import {createError} from '../errors/threadloom-error.ts';
import type {OnEvent} from '../events/schema.ts';
import {readOperatorConfig} from '../operators/resolve.ts';
import type {TypedArray} from '../tensor/dtypes.ts';
import type {Example} from '../tensor/example.ts';
import {bytesOf} from '../tensor/shape.ts';
import {feedOptions} from './open-feed.ts';
import type {RunOptions} from './types.ts';
import {withPreviewFeed} from './with-preview-feed.ts';

/** What came out of the operators of a split, twice the same. */
export interface VerifiedOperators {
	readonly split: 'train' | 'validation' | 'test';
	readonly examples: number;
	/** Of the examples. */
	readonly sha256: string;
}

const batchesAtMost = 8;
const rowsOfAll = 256;

const digestOf = ({index, features, label}: Example): string => {
	const bytes = (array: TypedArray): Buffer => Buffer.from(array.buffer, array.byteOffset, array.byteLength);
	return createHash('sha256').update(JSON.stringify([index, typeof label === 'number' ? label : [...label]])).update(bytes(features)).digest('hex');
};

/**
 * Runs the first batches of each split twice through the operators of a definition, as the first epoch has them.
 *
 * @throws OPERATOR_UNSTEADY when what comes out differs, OPERATOR_FAILED for one that writes into its input; the codes of sources and operators
 */
export const verifyOperators = async (loaded: LoadedDefinition, {signal = new AbortController().signal, onEvent, ...options}: RunOptions & {readonly onEvent?: OnEvent}): Promise<readonly VerifiedOperators[]> => {
	const {definition} = loaded;
	const given = feedOptions(loaded, definition.seed ?? 1, options);

	/** Digests of the first examples of each split after the first operators, two at a time. */
	const replay = async (operators: number) => withPreviewFeed(loaded, {given, operators, checkInputs: true, signal, onEvent}, async feed => {
		const replays = [];
		for (const split of ['train', 'validation', 'test'] as const) {
			const spec = feed.info.splits[split];
			if (spec !== undefined) {
				const {size} = given.batches;
				const fitting = Math.floor(given.memory / 4 / bytesOf(spec.features));
				const request = {split, count: Math.max(1, Math.min(batchesAtMost * (size === 'all' ? rowsOfAll : size), fitting))};
				const first = (await feed.preview(request)).map(example => digestOf(example));
				const second = (await feed.preview(request)).map(example => digestOf(example));
				replays.push({split, first, second});
			}
		}

		return replays;
	});

	const differenceIn = (replays: Awaited<ReturnType<typeof replay>>) => {
		for (const {split, first, second} of replays) {
			const example = first.length === second.length ? first.findIndex((digest, index) => digest !== second[index]) : Math.min(first.length, second.length);
			if (example !== -1) {
				return {split, example};
			}
		}

		return undefined;
	};

	const all = await replay(given.operators.length);
	if (differenceIn(all) !== undefined) {
		// The first operator after which it differs is the one.
		for (const [index, config] of given.operators.entries()) {
			const difference = differenceIn(await replay(index + 1));
			if (difference !== undefined) {
				throw createError('OPERATOR_UNSTEADY', {operator: readOperatorConfig(config).name, ...difference});
			}
		}

		throw createError('OPERATOR_UNSTEADY', {operator: readOperatorConfig(given.operators.at(-1)!).name, ...differenceIn(all)!});
	}

	return all.map(({split, first}) => ({split, examples: first.length, sha256: createHash('sha256').update(first.join('')).digest('hex')}));
};
