import {createError, ThreadloomError} from '../errors/threadloom-error.ts';
import type {Source} from '../sources/source.ts';

/** What a pass failed with, with the file and the byte of a record whose numbers no slot can hold. */
export const withPlace = (error: unknown, source: Pick<Source, 'locate'>): unknown => {
	if (!(error instanceof ThreadloomError) || error.code !== 'FLOAT32_RANGE') {
		return error;
	}

	const details = error.details as {readonly record: number; readonly value: number; readonly part: 'features' | 'labels'};
	const place = source.locate?.(details.record, details.part === 'labels' ? 'label' : 'features');
	return place === undefined ? error : createError('FLOAT32_RANGE', {...details, path: place.file, ...(place.offset !== undefined && {offset: place.offset})}, {cause: error});
};
