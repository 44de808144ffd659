import type {TypedArray} from './dtypes.ts';
import type {TensorSpec} from './shape.ts';

/** The fixed form of a batch in shared memory: every batch has `rows` rows, the last ones possibly padding of weight 0. */
export interface SlotSpec {
	readonly rows: number;
	/** Of one row. */
	readonly features: TensorSpec;
	/** Of one row: a scalar int32 class index, or a float32 vector. */
	readonly label: TensorSpec;
}

/** One mini-batch as views of shared memory. */
export interface BatchSlot {
	/** [rows, …]. */
	readonly features: TypedArray;
	/** [rows] or [rows, …]. */
	readonly labels: TypedArray;
	/** [rows]; 0 marks padding. */
	readonly weights: Float32Array;
	/** [rows]; the record number of each row in its source, −1 in padding. */
	readonly records: Float64Array;
	/** Real rows. */
	readonly count: number;
}
