import {hinted} from '../errors/hinted.ts';
import {ThreadloomError} from '../errors/threadloom-error.ts';
import type {ExampleSpec} from '../tensor/example.ts';
import {formatShape} from '../tensor/shape.ts';

/** Whether each record is one number and each label an array: a file of labels and one of images in each other's place. */
const looksSwapped = ({features, label}: ExampleSpec): boolean => features.shape.length === 0 && label.shape.length > 1;

/**
 * Does what needs data that fit. Where they do not and a split looks as if its files were swapped, the hint says so.
 *
 * @throws what `work` throws
 */
export const withSwapsTold = <Result>(sources: Readonly<Partial<Record<'train' | 'test', ExampleSpec | undefined>>>, work: () => Result): Result => {
	try {
		return work();
	} catch (error) {
		const split = (['train', 'test'] as const).find(name => sources[name] !== undefined && looksSwapped(sources[name]));
		if (split === undefined || !(error instanceof ThreadloomError)) {
			throw error;
		}

		throw hinted(error, `The images and the labels of data.${split} look swapped: each image is one number and each label ${formatShape(sources[split]!.label.shape)}.`);
	}
};
