import type {LoadedDefinition} from '../definition/load.ts';
import {createError} from '../errors/threadloom-error.ts';
import type {OnEvent} from '../events/schema.ts';
import {withSwapsTold} from '../feed/swapped.ts';
import type {Example, ExampleSpec} from '../tensor/example.ts';
import {bytesOf} from '../tensor/shape.ts';
import {feedOptions} from './open-feed.ts';
import type {RunOptions} from './types.ts';
import {withPreviewFeed} from './with-preview-feed.ts';

/** The first examples of a split. */
export interface Preview {
	readonly spec: ExampleSpec;
	readonly examples: readonly Example[];
}

export interface PreviewOptions {
	readonly split: 'train' | 'validation' | 'test';
	/** At most so many. */
	readonly count: number;
	/** Operators of the definition that the examples go through, from the first on. */
	readonly operators: number;
	/** Looks at the specs before any record is read for the preview, and may throw. */
	readonly check: (spec: ExampleSpec) => void;
}

/**
 * Reads the first examples of a split, in stored order, through the first operators of a definition.
 *
 * Random operators draw what they draw in the first epoch of a run with the definition's seed, or with 1.
 * @throws USAGE when there is no such split or the examples do not fit the memory; the codes of sources and operators
 */
export const previewData = async (
	loaded: LoadedDefinition,
	{split, count, operators, check}: PreviewOptions,
	{signal = new AbortController().signal, onEvent, ...options}: RunOptions & {readonly onEvent?: OnEvent},
): Promise<Preview> => {
	const {definition} = loaded;
	const given = feedOptions(loaded, definition.seed ?? 1, options);
	return withPreviewFeed(loaded, {given, operators, signal, onEvent}, async feed => {
		const spec = feed.info.splits[split];
		if (spec === undefined) {
			throw createError('USAGE', {reason: `there is no ${split} split in this definition; it has ${Object.keys(feed.info.splits).join(', ')}`});
		}

		withSwapsTold(feed.info.sources, () => {
			check(spec);
		});
		const bytes = count * bytesOf(spec.features);
		if (bytes > definition.memory) {
			throw createError('USAGE', {reason: `${count} images hold ${bytes} bytes, more than the memory of the definition (${definition.memory}); ask for fewer with --count`});
		}

		return {spec, examples: await feed.preview({split, count})};
	});
};
