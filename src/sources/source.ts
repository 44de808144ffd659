import type {RecordPlace} from '../errors/placed.ts';
import type {ExampleSpec, RecordChunk, SourceId} from '../tensor/example.ts';

/** Records that lie behind each other in an unpacked local file, byte for byte as `chunks` gives their features. */
export interface RawRecords {
	readonly path: string;
	/** Byte of the first record. */
	readonly offset: number;
}

/** A record that its source cannot read. */
export interface RecordFault {
	readonly record: number;
	readonly code: string;
	readonly reason: string;
	readonly file?: string;
	readonly offset?: number;
}

/** Where records come from. Built-in and custom sources keep the same contract and nothing else. */
export interface Source {
	readonly id: SourceId;
	/** Whether a second pass can be made; one that cannot is decoded once and kept. @default true */
	readonly isRepeatable?: boolean;
	/** Reads headers only. A count of Infinity is an endless source. @throws the code of what is wrong with the input */
	readonly describe: (options: {readonly signal: AbortSignal}) => Promise<ExampleSpec>;
	/**
	 * Reads all records once, in order, in chunks that fit `chunkBytes` (one record at least). Pull-driven: nothing is
	 * read before it is asked for. Every call starts at the first record again; with `from`, a source that can jump may
	 * leave out records before that one. With `reject`, it tells of a record that it cannot read and puts zeros in its
	 * place; without, it throws.
	 */
	readonly chunks: (options: {readonly signal: AbortSignal; readonly chunkBytes: number; readonly from?: number; readonly reject?: (fault: RecordFault) => void}) => AsyncIterable<RecordChunk>;
	/** Where a record lies, or its label, once `describe` was called. */
	readonly locate?: (record: number, part?: 'features' | 'label') => RecordPlace | undefined;
	/** Where all records lie unpacked, once `describe` was called: they are then read there at any position, without a copy. */
	readonly raw?: () => RawRecords | undefined;
	/** Sha256 of each file by its path or URL, as known so far; complete after a whole pass. */
	readonly digests: () => Readonly<Record<string, string>>;
}
