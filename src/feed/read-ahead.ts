import {setImmediate} from 'node:timers/promises';
import {throwIfAborted} from '../stream/abort.ts';
import {viewOf, type TypedArray} from '../tensor/dtypes.ts';
import {bytesOf, sizeOf, type TensorSpec} from '../tensor/shape.ts';
import {readAt, type OpenFile} from './read-at.ts';

/** A raw file of features. */
export interface RawFile extends OpenFile {
	/** Where the first record starts, in bytes. */
	readonly offset: number;
	readonly spec: TensorSpec;
	/** Called around each window, and between reads of single records. @throws when the file is no longer the same */
	readonly check?: () => void;
	/** The error of a record that is not there. */
	readonly missing: (record: number) => Error;
}

/** Features of the next records of a pass, read in the order in which they lie and handed out in that of the pass. */
export interface ReadAhead {
	/** Records that are read at a time. */
	readonly size: number;
	/** Reads so many records, or fewer, in place of those before. @throws the file's errors, ABORTED or the signal's own reason */
	readonly load: (records: Float64Array, options: {readonly signal: AbortSignal}) => Promise<void>;
	/** The features of the next one of them; the view is valid until the next `load`. */
	readonly next: () => TypedArray;
}

/** Neighbours are read together with what lies between them, where that is less than another call costs. */
const widestGap = 8 * 1024;
const longestRead = 256 * 1024;
/** How long the reading may keep the thread before messages and timers get their turn, in ms. */
const turn = 10;

/** Positions of a window in the order in which its records lie. */
const inFileOrder = (records: Float64Array): Float64Array => {
	// Record and position in one exact number: numbers sort many times faster than pairs.
	const {length} = records;
	const keys = Float64Array.from(records, (record, position) => (record * length) + position).toSorted();
	return keys.map(key => key % length);
};

/**
 * Reads the records of a raw file in windows.
 *
 * Only the order of the reads depends on the size of the window, never that of the records.
 */
export const createReadAhead = ({offset, spec, check, missing, ...file}: RawFile, {bytes}: {/** That a window may take. */ readonly bytes: number}): ReadAhead => {
	const recordBytes = bytesOf(spec);
	const elements = sizeOf(spec.shape);
	const size = Math.max(1, Math.floor((bytes - longestRead) / recordBytes));
	const window = new Uint8Array(size * recordBytes);
	const run = new Uint8Array(Math.max(longestRead, recordBytes));
	const longest = Math.floor(run.length / recordBytes);
	const gap = Math.floor(widestGap / recordBytes) + 1;
	let cursor = 0;

	/** Reads neighbours at once and puts each where its turn is. */
	const readRun = (records: Float64Array, positions: Float64Array): void => {
		const first = records[positions[0]!]!;
		const length = (records[positions.at(-1)!]! - first + 1) * recordBytes;
		const got = readAt(file, run, {length, position: offset + (first * recordBytes)});
		if (got < length) {
			throw missing(first + Math.floor(got / recordBytes));
		}

		for (const position of positions) {
			const from = (records[position]! - first) * recordBytes;
			window.set(run.subarray(from, from + recordBytes), position * recordBytes);
		}
	};

	return {
		size,
		async load(records, {signal}) {
			check?.();
			const positions = inFileOrder(records);
			let since = performance.now();
			for (let start = 0, end = 0; start < positions.length; start = end) {
				const first = records[positions[start]!]!;
				let before = first;
				for (end = start + 1; end < positions.length; end++) {
					const record = records[positions[end]!]!;
					if (record - before > gap || record - first >= longest) {
						break;
					}

					before = record;
				}

				readRun(records, positions.subarray(start, end));
				if (performance.now() - since > turn) {
					await setImmediate();
					throwIfAborted(signal);
					since = performance.now();
				}
			}

			check?.();
			cursor = 0;
		},
		next: () => viewOf(spec.dtype, window.buffer, cursor++ * recordBytes, elements),
	};
};
