import {closeSync, fstatSync, openSync} from 'node:fs';
import {messageOf} from '../errors/thrown.ts';
import {createError} from '../errors/threadloom-error.ts';
import type {RawRecords} from '../sources/source.ts';
import type {TensorSpec} from '../tensor/shape.ts';
import {createBlockReader} from './block-reader.ts';
import {createReadAhead, type RawFile} from './read-ahead.ts';
import type {FeatureStorage} from './record-store.ts';

/**
 * Reads features where they lie: an unpacked file whose elements are bytes needs no copy to be read at any position.
 *
 * @throws FILE_UNREADABLE, and SOURCE_CHANGED from `read` when the file is written to while it is in use
 */
export const rawStorage = ({path, offset}: RawRecords, spec: TensorSpec): FeatureStorage => {
	let descriptor: number;
	try {
		descriptor = openSync(path, 'r');
	} catch (error) {
		throw createError('FILE_UNREADABLE', {path, reason: messageOf(error)}, {cause: error});
	}

	const opened = fstatSync(descriptor, {bigint: true});
	const look = (): void => {
		const now = fstatSync(descriptor, {bigint: true});
		if (now.mtimeNs !== opened.mtimeNs || now.size !== opened.size) {
			throw createError('SOURCE_CHANGED', {path, reason: 'it was written to'});
		}
	};

	const file: RawFile = {
		descriptor, path, offset, spec, check: look, missing: record => createError('SOURCE_CHANGED', {path, reason: `it ended before record ${record}`}),
	};
	return {
		append() {
			// The records are where they were.
		},
		read: createBlockReader(file),
		readAhead: ahead => createReadAhead(file, ahead),
		async close() {
			closeSync(descriptor);
		},
	};
};
