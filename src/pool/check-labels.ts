import type {LaneName} from '../batching/ring.ts';
import {createError, type ThreadloomError} from '../errors/threadloom-error.ts';
import type {Model} from '../model/model.ts';
import {sizeOf} from '../tensor/shape.ts';
import type {BatchSlot} from '../tensor/slot.ts';

/**
 * Makes the check that every class index of a batch has an output, since a source that names no classes lets all pass.
 *
 * The check gives LABEL_BEYOND with the record, or nothing. Labels that are vectors, and those of a regression, have no index; the
 * one number of a binary label is the class that it is nearest to.
 */
export const labelCheck = ({head, output}: Pick<Model, 'head' | 'output'>, {lane}: {readonly lane: LaneName}): ((slot: BatchSlot) => ThreadloomError | undefined) => {
	const outputs = sizeOf(output);
	const isBinary = head.loss === 'binaryCrossentropy' && outputs === 1;
	const classes = isBinary ? 2 : outputs;
	return ({labels, records, count}) => {
		if (head.loss === 'meanSquaredError' || !(isBinary || labels instanceof Int32Array) || labels.length !== records.length) {
			return undefined;
		}

		for (let row = 0; row < count; row++) {
			const label = labels[row]!;
			if (Math.round(label) < 0 || Math.round(label) >= classes) {
				return createError('LABEL_BEYOND', {record: records[row]!, label, classes, lane});
			}
		}

		return undefined;
	};
};
