import type {PassSource, SplitName} from '../batching/pass.ts';
import type {RingMemory} from '../batching/ring.ts';
import type {RecordPlace} from '../errors/placed.ts';
import type {Example, ExampleSpec, RecordChunk} from '../tensor/example.ts';
import type {InputMap} from '../tensor/input-map.ts';
import type {PreviewRequest} from './preview-examples.ts';
import type {NamedWork} from './stage.ts';

/** What the stream turned out to be once its headers were read and its fitted operators were fitted. */
export interface FeedInfo {
	/** Specs after the last operator. */
	readonly splits: Readonly<Partial<Record<SplitName, ExampleSpec>>>;
	/** Specs of the records as their sources hold them, before the first operator: what `read` gives. */
	readonly sources: Readonly<Partial<Record<SplitName, ExampleSpec>>>;
	/** What the ring carries and what is left to the engine. */
	readonly input: InputMap;
	/** JSON state of fitted operators by position in the definition, for checkpoints. */
	readonly operatorStates: Readonly<Record<string, unknown>>;
	/** Sha256 of each operator module by its real path. */
	readonly operatorDigests: Readonly<Record<string, string>>;
}

/** What a stream did. */
export interface StreamStatistics {
	/** Operators that ran in the stream, in their order. */
	readonly operators: readonly NamedWork[];
	/** Of all training passes, and the part of it in which full slots waited for the workers. */
	readonly seconds: number;
	readonly waitingSeconds: number;
	/** The most that each part held, in bytes. */
	readonly peaks: Readonly<Record<string, number>>;
	/** Records that were left out. */
	readonly rejected: number;
}

export interface LocateRequest {
	readonly split: SplitName;
	readonly record: number;
	readonly part: 'features' | 'label';
}

/** The stream, wherever it runs: it fills the ring and answers for it. */
export type Feed = {
	readonly info: FeedInfo;
	/** Hands over the ring, once, before the first pass. */
	readonly attach: (ring: Partial<RingMemory>) => Promise<void>;
	/** Reads records as the source holds them, in the order asked for, for reports. */
	readonly read: (split: SplitName, records: readonly number[]) => Promise<RecordChunk>;
	/** Where a record of a split lies, or its label, as far as its source can tell. */
	readonly locate: (request: LocateRequest) => Promise<RecordPlace | undefined>;
	/** The first examples of a split after the operators that run in the stream, in stored order. */
	readonly preview: (request: PreviewRequest) => Promise<readonly Example[]>;
	/** What the stream did so far, in its training passes and out of them. */
	readonly statistics: () => Promise<StreamStatistics>;
	/** Warns of an operator that keeps much of what it was given, if there is one; it takes a few windows of a pass. */
	readonly searchHoarders: () => Promise<void>;
	/** Sha256 of each data file by path or address, complete after its first whole pass. */
	readonly digests: () => Promise<Readonly<Record<string, string>>>;
	readonly close: () => Promise<void>;
} & PassSource;
