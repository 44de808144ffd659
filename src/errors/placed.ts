import {createError, type ThreadloomError} from './threadloom-error.ts';

/** Where a record lies. */
export interface RecordPlace {
	readonly file: string;
	/** Byte of the file, unpacked, at which it starts. */
	readonly offset?: number;
}

/** An error of a record, whose message names file and byte instead of the number alone once they are known. */
export const placed = (error: ThreadloomError, place: RecordPlace | undefined): ThreadloomError => {
	if (place === undefined) {
		return error;
	}

	// The details are those of the code already.
	const details = {...error.details, path: place.file, ...(place.offset !== undefined && {offset: place.offset})} as never;
	return createError(error.code, details, {cause: error});
};
