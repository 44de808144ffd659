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

/** Writes rows into slots, one after the other. */
export interface BatchBuilder {
	/** Whether a row can be written now. */
	readonly isReady: () => boolean;
	/** Waits until one can. @throws ABORTED or the signal's own reason */
	readonly ready: () => Promise<void>;
	/** Writes one row; only while `isReady`. @throws OPERATOR_FAILED when a label is no class index */
	readonly put: (record: number, features: TypedArray, label: number | TypedArray) => void;
	/** Completes the last batch and marks the end of the pass. @throws ABORTED or the signal's own reason */
	readonly end: () => Promise<PassResult>;
}

/** Makes the builder of one pass. */
export const createBatchBuilder = ({writer, size, remainder, classes, name, signal}: BatchBuilderOptions): BatchBuilder => {
	const {slot: {rows, features: featuresSpec, label: labelSpec}} = writer.lane;
	const featureSize = sizeOf(featuresSpec.shape);
	const labelSize = sizeOf(labelSpec.shape);
	let slot: ReservedSlot | undefined;
	let filled = 0;
	let batches = 0;
	let examples = 0;

	const commit = ({features, labels, weights, records, used, commit: hand}: ReservedSlot): void => {
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
		filled = 0;
		slot = undefined;
	};

	return {
		isReady() {
			slot ??= writer.tryReserve();
			return slot !== undefined;
		},
		async ready() {
			slot ??= await writer.reserve({signal});
		},
		put(record, features, label) {
			const {features: rowsOut, labels, records} = slot!;
			rowsOut.set(features, filled * featureSize);
			if (typeof label === 'number') {
				if (classes !== undefined && !(label >= 0 && label < classes)) {
					throw createError('OPERATOR_FAILED', {operator: 'one-hot', reason: `expected a label of 0 to ${classes - 1}, got ${label}`, record});
				}

				labels[filled] = label;
			} else {
				labels.set(label, filled * labelSize);
			}

			records[filled] = record;
			filled++;
			if (filled === size) {
				commit(slot!);
			}
		},
		async end() {
			if (slot !== undefined && filled > 0 && remainder === 'keep') {
				commit(slot);
			}

			await writer.end({signal});
			return {batches, examples};
		},
	};
};
