import {viewOf, type TypedArray} from '../tensor/dtypes.ts';
import {bytesOf, sizeOf} from '../tensor/shape.ts';
import type {RawFile} from './read-ahead.ts';
import {readAt} from './read-at.ts';

const blockBytes = 256 * 1024;
/** Reads between two looks at whether the file is still the same. */
const readsBetweenLooks = 1024;

/**
 * Reads the records of a raw file one by one, in any order; neighbours are read ahead when they are asked for in order.
 *
 * The view is valid until the next call, which throws the errors of the file.
 */
export const createBlockReader = ({offset, spec, check, missing, ...file}: RawFile): ((record: number) => TypedArray) => {
	const recordBytes = bytesOf(spec);
	const size = sizeOf(spec.shape);
	const blockRecords = Math.max(1, Math.floor(blockBytes / recordBytes));
	const bytes = new Uint8Array(blockRecords * recordBytes);
	let first = 0;
	let held = 0;
	let previous = -1;
	let reads = 0;

	const load = (record: number): void => {
		if (reads++ % readsBetweenLooks === 0) {
			check?.();
		}

		const wanted = (record === previous + 1 ? blockRecords : 1) * recordBytes;
		const got = readAt(file, bytes, {length: wanted, position: offset + (record * recordBytes)});
		if (got < recordBytes) {
			throw missing(record);
		}

		first = record;
		held = Math.floor(got / recordBytes);
	};

	return record => {
		if (record < first || record >= first + held) {
			load(record);
		}

		previous = record;
		return viewOf(spec.dtype, bytes.buffer, (record - first) * recordBytes, size);
	};
};
