import {createError} from '../errors/threadloom-error.ts';
import type {ExampleSpec} from '../tensor/example.ts';
import {formatShape, sameShape, type TensorSpec} from '../tensor/shape.ts';
import type {Source} from './source.ts';

const format = ({shape, dtype}: TensorSpec): string => `${formatShape(shape)} ${dtype}`;

/**
 * The spec that several sources have in common; classes only if all of them name the same.
 *
 * @throws SHARDS_DIFFER
 */
export const sameSpecs = (sources: readonly Source[], specs: readonly ExampleSpec[]): Omit<ExampleSpec, 'count'> => {
	const [first, ...others] = specs;
	for (const [index, other] of others.entries()) {
		for (const part of ['features', 'label'] as const) {
			if (!sameShape(first![part].shape, other[part].shape) || first![part].dtype !== other[part].dtype) {
				throw createError('SHARDS_DIFFER', {
					first: sources[0]!.id, other: sources[index + 1]!.id, part, expected: format(first![part]), received: format(other[part]),
				});
			}
		}
	}

	const {features, label, classes} = first!;
	const isCommon = classes !== undefined && others.every(other => other.classes?.length === classes.length && other.classes.every((name, index) => name === classes[index]));
	return {features, label, ...(isCommon && {classes})};
};
