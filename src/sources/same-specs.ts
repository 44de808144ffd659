import {createError} from '../errors/threadloom-error.ts';
import type {ExampleSpec} from '../tensor/example.ts';
import {formatTensor, sameTensor} from '../tensor/shape.ts';
import {checkClasses} from './same-classes.ts';
import type {Source} from './source.ts';

/**
 * The spec that several sources have in common; classes only if all of them name any.
 *
 * @throws SHARDS_DIFFER, CLASSES_DIFFER
 */
export const sameSpecs = (sources: readonly Source[], specs: readonly ExampleSpec[]): Omit<ExampleSpec, 'count'> => {
	const [first, ...others] = specs;
	for (const [index, other] of others.entries()) {
		for (const part of ['features', 'label'] as const) {
			if (!sameTensor(first![part], other[part])) {
				throw createError('SHARDS_DIFFER', {
					first: sources[0]!.id, other: sources[index + 1]!.id, part, expected: formatTensor(first![part]), received: formatTensor(other[part]),
				});
			}
		}
	}

	const {features, label} = first!;
	const named = specs.map(({classes}, index) => ({name: sources[index]!.id, classes})).filter(({classes}) => classes !== undefined);
	for (const other of named.slice(1)) {
		checkClasses(named[0]!, other);
	}

	const classes = named.length === specs.length ? named[0]!.classes : undefined;
	return {features, label, ...(classes && {classes})};
};
