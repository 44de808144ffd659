import {closeSync, fstatSync, openSync} from 'node:fs';
import {messageOf} from '../errors/thrown.ts';
import {createError} from '../errors/threadloom-error.ts';
import type {RawRecords} from '../sources/source.ts';
import {viewOf} from '../tensor/dtypes.ts';
import {bytesOf, sizeOf, type TensorSpec} from '../tensor/shape.ts';
import {createReadAhead} from './read-ahead.ts';
import {readAt} from './read-at.ts';
import type {FeatureStorage} from './record-store.ts';

const blockBytes = 256 * 1024;
/** Reads between two looks at whether the file is still the same. */
const readsBetweenLooks = 1024;

/**
 * Reads features where they lie: an unpacked file whose elements are bytes needs no copy to be read at any position.
 *
 * @throws FILE_UNREADABLE, and SOURCE_CHANGED from `read` when the file is written to while it is in use
 */
export const rawStorage = ({path, offset}: RawRecords, spec: TensorSpec): FeatureStorage => {
	const recordBytes = bytesOf(spec);
	const size = sizeOf(spec.shape);
	const blockRecords = Math.max(1, Math.floor(blockBytes / recordBytes));
	const bytes = new Uint8Array(blockRecords * recordBytes);
	let descriptor: number;
	try {
		descriptor = openSync(path, 'r');
	} catch (error) {
		throw createError('FILE_UNREADABLE', {path, reason: messageOf(error)}, {cause: error});
	}

	const opened = fstatSync(descriptor, {bigint: true});
	let first = 0;
	let held = 0;
	let previous = -1;
	let reads = 0;

	const look = (): void => {
		const now = fstatSync(descriptor, {bigint: true});
		if (now.mtimeNs !== opened.mtimeNs || now.size !== opened.size) {
			throw createError('SOURCE_CHANGED', {path, reason: 'it was written to'});
		}
	};

	const missing = (record: number): Error => createError('SOURCE_CHANGED', {path, reason: `it ended before record ${record}`});

	/** Neighbours are read ahead when records are asked for in order. */
	const load = (record: number): void => {
		if (reads++ % readsBetweenLooks === 0) {
			look();
		}

		const wanted = (record === previous + 1 ? blockRecords : 1) * recordBytes;
		const got = readAt({descriptor, path}, bytes, {length: wanted, position: offset + (record * recordBytes)});
		if (got < recordBytes) {
			throw missing(record);
		}

		first = record;
		held = Math.floor(got / recordBytes);
	};

	return {
		append() {
			// The records are where they were.
		},
		read(record) {
			if (record < first || record >= first + held) {
				load(record);
			}

			previous = record;
			return viewOf(spec.dtype, bytes.buffer, (record - first) * recordBytes, size);
		},
		readAhead: ahead => createReadAhead({
			descriptor, path, offset, spec, check: look, missing,
		}, ahead),
		async close() {
			closeSync(descriptor);
		},
	};
};
