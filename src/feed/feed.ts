import type {LaneName, RingMemory} from '../batching/ring.ts';
import type {ThreadloomError} from '../errors/threadloom-error.ts';
import type {ExampleSpec, RecordChunk} from '../tensor/example.ts';
import type {InputMap} from '../tensor/input-map.ts';

export type SplitName = 'train' | 'validation' | 'test';

/** One pass over a split into a lane of the ring. */
export interface PassRequest {
	readonly lane: LaneName;
	readonly split: SplitName;
	/** From 1; with the seed it decides the order of a shuffled split. Evaluation passes are never shuffled. */
	readonly epoch: number;
	/** Batches of the pass that are skipped, for going on in the middle of an epoch. */
	readonly fromBatch: number;
}

/** What the stream turned out to be once its headers were read and its fitted operators were fitted. */
export interface FeedInfo {
	/** Specs after the last operator. */
	readonly splits: Readonly<Partial<Record<SplitName, ExampleSpec>>>;
	/** What the ring carries and what is left to the engine. */
	readonly input: InputMap;
	/** JSON state of fitted operators by position in the definition, for checkpoints. */
	readonly operatorStates: Readonly<Record<string, unknown>>;
	/** sha256 of each file as it was read, by path; filled as passes complete. */
	readonly digests: Readonly<Record<string, string>>;
}

/** Counts of one finished pass. */
export interface PassResult {
	readonly batches: number;
	readonly examples: number;
}

/** The stream, wherever it runs: it fills the ring and answers for it. */
export interface Feed {
	readonly info: FeedInfo;
	/** Hands over the ring, once, before the first pass. */
	readonly attach: (ring: RingMemory) => Promise<void>;
	/** Fills a lane with one pass and marks its end; resolves when the last slot is filled. Passes of one lane follow each other. */
	readonly pass: (request: PassRequest, options: {readonly signal: AbortSignal}) => Promise<PassResult>;
	/** Reads records as the source holds them, in the order asked for, for reports. */
	readonly read: (split: SplitName, records: readonly number[]) => Promise<RecordChunk>;
	/** Never resolves; rejects when the stream fails, whatever waits. */
	readonly failed: Promise<never>;
	readonly close: () => Promise<void>;
}

/** What a feed's failure looks like to everyone else. */
export type FeedError = ThreadloomError;
