import {createError} from '../errors/threadloom-error.ts';
import type {TypedArray} from '../tensor/dtypes.ts';
import {sizeOf} from '../tensor/shape.ts';
import type {LaneWriter, ReservedSlot} from './lane-writer.ts';
import type {PassResult} from './pass.ts';

export interface BatchBuilderOptions {
	readonly writer: LaneWriter;
	/** Real rows of a full batch, at most those of a slot. */
	readonly size: number;
	/** Whether a short last batch is filled up with rows of weight 0 or left out. */
	readonly remainder: 'keep' | 'drop';
	/** Class indices are below it, where the engine makes vectors of them. */
	readonly classes: number | undefined;
	/** Names the content of the batches, so that the same can be announced again. */
	readonly name?: string;
	readonly signal: AbortSignal;
}

/** Records that can be read in any order. */
export interface RecordRows {
	/** The features of a record; the view is valid until the next call. */
	readonly features: (record: number) => TypedArray;
	readonly label: (record: number) => number | TypedArray;
}

/** Writes rows into slots, one after the other. */
export interface BatchBuilder {
	/** Whether a row can be written now. */
	readonly isReady: () => boolean;
	/** Waits until one can. @throws ABORTED or the signal's own reason */
	readonly ready: () => Promise<void>;
	/** Writes one row; only while `isReady`. @throws OPERATOR_FAILED when a label is no class index, FLOAT32_RANGE */
	readonly put: (record: number, features: TypedArray, label: number | TypedArray) => void;
	/**
	 * Writes rows of the records from that position on until the batch is full or they are at an end, and answers how many;
	 * only while `isReady`. @throws OPERATOR_FAILED when a label is no class index, FLOAT32_RANGE
	 */
	readonly fill: (records: Float64Array, from: number, rows: RecordRows) => number;
	/** Completes the last batch and marks the end of the pass. @throws ABORTED or the signal's own reason */
	readonly end: () => Promise<PassResult>;
}

/** The batch that is being filled. */
interface Filling {
	slot: ReservedSlot | undefined;
	filled: number;
	readonly featureSize: number;
	readonly labelSize: number;
	readonly classes: number | undefined;
}

/** Refuses a finite number that is infinite in a slot: its step would be taken for one that diverged. */
const checkRange = (part: 'features' | 'labels', record: number, given: TypedArray, written: TypedArray, at: number): void => {
	for (let index = 0; index < given.length; index++) {
		if (!Number.isFinite(written[at + index]) && Number.isFinite(given[index])) {
			throw createError('FLOAT32_RANGE', {record, value: given[index]!, part});
		}
	}
};

// Functions of the module are compiled once; what a pass makes for itself would be compiled for each.
const writeRow = (filling: Filling, record: number, features: TypedArray, label: number | TypedArray): void => {
	const {filled, featureSize, labelSize, classes} = filling;
	const {features: rows, labels, records} = filling.slot!;
	rows.set(features, filled * featureSize);
	if (features instanceof Float64Array) {
		checkRange('features', record, features, rows, filled * featureSize);
	}

	if (typeof label === 'number') {
		if (classes !== undefined && !(label >= 0 && label < classes)) {
			throw createError('OPERATOR_FAILED', {operator: 'one-hot', reason: `expected a label of 0 to ${classes - 1}, got ${label}`, record});
		}

		labels[filled] = label;
		if (!Number.isFinite(labels[filled]) && Number.isFinite(label)) {
			throw createError('FLOAT32_RANGE', {record, value: label, part: 'labels'});
		}
	} else {
		labels.set(label, filled * labelSize);
		if (label instanceof Float64Array) {
			checkRange('labels', record, label, labels, filled * labelSize);
		}
	}

	records[filled] = record;
	filling.filled = filled + 1;
};

const writeRows = (filling: Filling, records: Float64Array, {features, label}: RecordRows): void => {
	for (const record of records) {
		writeRow(filling, record, features(record), label(record));
	}
};

/** Makes the builder of one pass. */
export const createBatchBuilder = ({writer, size, remainder, classes, name, signal}: BatchBuilderOptions): BatchBuilder => {
	const {slot: {rows, features: featuresSpec, label: labelSpec}} = writer.lane;
	const filling: Filling = {slot: undefined, filled: 0, featureSize: sizeOf(featuresSpec.shape), labelSize: sizeOf(labelSpec.shape), classes};
	const {featureSize, labelSize} = filling;
	let batches = 0;
	let examples = 0;

	const commit = ({features, labels, weights, records, used, commit: hand}: ReservedSlot): void => {
		const {filled} = filling;
		if (used > filled) {
			features.fill(0, filled * featureSize, used * featureSize);
			labels.fill(0, filled * labelSize, used * labelSize);
		}

		weights.fill(1, 0, filled);
		weights.fill(0, filled, rows);
		records.fill(-1, filled, rows);
		hand(filled, name === undefined ? {} : {name});
		batches++;
		examples += filled;
		filling.filled = 0;
		filling.slot = undefined;
	};

	return {
		isReady() {
			filling.slot ??= writer.tryReserve();
			return filling.slot !== undefined;
		},
		async ready() {
			filling.slot ??= await writer.reserve({signal});
		},
		put(record, features, label) {
			writeRow(filling, record, features, label);
			if (filling.filled === size) {
				commit(filling.slot!);
			}
		},
		fill(records, from, rowsOf) {
			const some = records.subarray(from, from + size - filling.filled);
			writeRows(filling, some, rowsOf);
			if (filling.filled === size) {
				commit(filling.slot!);
			}

			return some.length;
		},
		async end() {
			const {slot, filled} = filling;
			if (slot !== undefined && filled > 0 && remainder === 'keep') {
				commit(slot);
			}

			await writer.end({signal});
			return {batches, examples};
		},
	};
};
