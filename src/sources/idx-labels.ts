import {createError} from '../errors/threadloom-error.ts';
import type {IdxBlock} from '../idx/block-decoder.ts';
import type {IdxReader} from '../idx/reader.ts';
import {bytesPerElement, type TypedArray} from '../tensor/dtypes.ts';
import type {TensorSpec} from '../tensor/shape.ts';
import type {Source} from './source.ts';

type RejectRecord = NonNullable<Parameters<Source['chunks']>[0]['reject']>;

const isClassIndex = ({header: {dtype, recordBytes}}: IdxReader): boolean =>
	!dtype.startsWith('float') && recordBytes === bytesPerElement(dtype);

/** The labels of an IDX file: class indices from single integers, else its elements and shape; without a file indices. */
export const labelSpec = (labels: IdxReader | undefined): TensorSpec => {
	if (labels === undefined || isClassIndex(labels)) {
		return {shape: [], dtype: 'int32'};
	}

	const {record, dtype} = labels.header;
	return {shape: record.every(dimension => dimension === 1) ? [] : record, dtype};
};

/**
 * Turns a block of a label file into labels, and checks class indices against the number of classes.
 *
 * @throws LABEL_RANGE, where there is no `reject`; with it the record is told and its label is 0
 */
export const labelsOf = (
	block: IdxBlock,
	reader: IdxReader,
	{path, classes, reject}: {readonly path: string; readonly classes: number | undefined; readonly reject: RejectRecord | undefined},
): TypedArray => {
	if (!isClassIndex(reader)) {
		return block.values;
	}

	const indices = Int32Array.from(block.values);
	if (classes === undefined) {
		return indices;
	}

	for (const [row, label] of indices.entries()) {
		if (label >= 0 && label < classes) {
			continue;
		}

		const record = block.first + row;
		const {headerBytes, recordBytes} = reader.header;
		const offset = headerBytes + (record * recordBytes);
		const error = createError('LABEL_RANGE', {path, record, offset, label, classes});
		if (reject === undefined) {
			throw error;
		}

		reject({record, code: error.code, reason: error.message, file: path, offset});
		indices[row] = 0;
	}

	return indices;
};
