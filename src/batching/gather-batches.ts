import {setImmediate} from 'node:timers/promises';
import {throwIfAborted} from '../stream/abort.ts';
import type {TypedArray} from '../tensor/dtypes.ts';
import type {BatchBuilder} from './batch-builder.ts';
import type {Order} from './order.ts';
import type {PassResult} from './pass.ts';

/** Records that can be read in any order. */
export interface RecordRows {
	/** The features of a record; the view is valid until the next call. */
	readonly features: (record: number) => TypedArray;
	readonly label: (record: number) => number | TypedArray;
}

/** How long the copying may keep the thread before messages and timers get their turn, in ms. */
const turn = 10;
const rowsBetweenLooks = 256;

/**
 * Copies rows straight from the decoded records into batches: the way of a pass on which no operator is left to run.
 *
 * @throws ABORTED or the signal's own reason
 */
export const gatherBatches = async (
	rows: RecordRows,
	builder: BatchBuilder,
	{order, recordAt, signal}: {readonly order: Order; readonly recordAt: (position: number) => number; readonly signal: AbortSignal},
): Promise<PassResult> => {
	let since = performance.now();
	let count = 0;
	for (let position = order.next(); position >= 0; position = order.next()) {
		if (!builder.isReady()) {
			await builder.ready();
		}

		const record = recordAt(position);
		builder.put(record, rows.features(record), rows.label(record));
		if (++count % rowsBetweenLooks === 0 && performance.now() - since > turn) {
			await setImmediate();
			throwIfAborted(signal);
			since = performance.now();
		}
	}

	return builder.end();
};
