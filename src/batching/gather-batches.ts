import {setImmediate} from 'node:timers/promises';
import {throwIfAborted} from '../stream/abort.ts';
import type {BatchBuilder, RecordRows} from './batch-builder.ts';
import type {Order} from './order.ts';
import type {PassResult} from './pass.ts';

/** Records that can be read in any order, and those that are read in windows. */
export interface GatheredRows extends RecordRows {
	/** Told which records come next, so many at a time; `features` is then asked for each once, in that order. */
	readonly ahead?: {readonly size: number; readonly load: (records: Float64Array, options: {readonly signal: AbortSignal}) => Promise<void>} | undefined;
}

/** The records of the next positions of a pass, as many as are wanted or are left. */
export const takeRecords = ({order, recordAt}: {readonly order: Order; readonly recordAt: (position: number) => number}, wanted: number): Float64Array => {
	const records = new Float64Array(wanted);
	let count = 0;
	for (let position = -1; count < wanted && (position = order.next()) >= 0; count++) {
		records[count] = recordAt(position);
	}

	return records.subarray(0, count);
};

/** How long the copying may keep the thread before messages and timers get their turn, in ms. */
const turn = 10;
const rowsAtOnce = 1024;

/**
 * Copies rows straight from the decoded records into batches: the way of a pass on which no operator is left to run.
 *
 * @throws ABORTED or the signal's own reason
 */
export const gatherBatches = async (
	rows: GatheredRows,
	builder: BatchBuilder,
	{order, recordAt, signal}: {readonly order: Order; readonly recordAt: (position: number) => number; readonly signal: AbortSignal},
): Promise<PassResult> => {
	const {ahead} = rows;
	let since = performance.now();
	for (;;) {
		const records = takeRecords({order, recordAt}, ahead?.size ?? rowsAtOnce);
		if (records.length === 0) {
			return builder.end();
		}

		await ahead?.load(records, {signal});
		for (let done = 0; done < records.length;) {
			if (!builder.isReady()) {
				await builder.ready();
			}

			done += builder.fill(records, done, rows);
			if (performance.now() - since > turn) {
				await setImmediate();
				throwIfAborted(signal);
				since = performance.now();
			}
		}
	}
};
