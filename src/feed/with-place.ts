import {placed} from '../errors/placed.ts';
import {ThreadloomError} from '../errors/threadloom-error.ts';
import type {Source} from '../sources/source.ts';

/** What a pass failed with, with the file and the byte of a record whose numbers no slot can hold. */
export const withPlace = (error: unknown, source: Pick<Source, 'locate'>): unknown => {
	if (!(error instanceof ThreadloomError) || error.code !== 'FLOAT32_RANGE') {
		return error;
	}

	const {record, part} = error.details as {readonly record: number; readonly part: 'features' | 'labels'};
	return placed(error, source.locate?.(record, part === 'labels' ? 'label' : 'features'));
};
