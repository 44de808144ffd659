import type {LaneName} from './ring.ts';

export type SplitName = 'train' | 'validation' | 'test';

/** One pass over a split into a lane of the ring. */
export interface PassRequest {
	readonly lane: LaneName;
	readonly split: SplitName;
	/** From 1; with the seed it decides the order of a shuffled split. Evaluation passes are never shuffled. */
	readonly epoch: number;
	/** Batches of the pass that are skipped, for going on in the middle of an epoch. */
	readonly fromBatch: number;
	/** Whether nobody reads what still lies in the lane: the pass follows the last batch that was read. @default false */
	readonly isFresh?: boolean;
}

/** Counts of one finished pass. */
export interface PassResult {
	readonly batches: number;
	readonly examples: number;
}

/** Whoever fills the ring. */
export interface PassSource {
	/**
	 * Fills a lane with one pass and marks its end; resolves when the mark is set. Passes of one lane follow each other.
	 *
	 * A pass that is ended or fails leaves the lane to the next one, which follows the last batch that was read: ask for
	 * it when the ended one has rejected and nobody reads the lane, and read after that. Passes that were queued behind
	 * it end too.
	 */
	readonly pass: (request: PassRequest, options: {readonly signal: AbortSignal}) => Promise<PassResult>;
	/** Never resolves; rejects when the stream fails, whatever waits. */
	readonly failed: Promise<never>;
}
