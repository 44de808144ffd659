import type {PassRequest, PassResult, SplitName} from '../batching/pass.ts';
import type {RingMemory} from '../batching/ring.ts';
import type {RecordPlace} from '../errors/placed.ts';
import type {Outcome, WireError} from '../errors/wire.ts';
import type {EventBody} from '../events/schema.ts';
import type {Example, RecordChunk} from '../tensor/example.ts';
import type {FeedInfo, LocateRequest, StreamStatistics} from './feed.ts';
import type {FeedOptions} from './options.ts';
import type {PreviewRequest} from './preview-examples.ts';
import type {RecordSinkOptions, RecordSinkReply} from './run-record-sink.ts';

/** What the stream's thread can be asked for: arguments and answer of each call. */
export interface Calls {
	readonly open: readonly [FeedOptions, FeedInfo];
	readonly attach: readonly [Partial<RingMemory>, void];
	readonly pass: readonly [PassRequest, PassResult];
	readonly read: readonly [{readonly split: SplitName; readonly records: readonly number[]}, RecordChunk];
	readonly locate: readonly [LocateRequest, RecordPlace | undefined];
	readonly preview: readonly [PreviewRequest, readonly Example[]];
	readonly statistics: readonly [undefined, StreamStatistics];
	readonly searchHoarders: readonly [undefined, void];
	readonly digests: readonly [undefined, Readonly<Record<string, string>>];
	readonly sink: readonly [RecordSinkOptions, RecordSinkReply];
	readonly close: readonly [undefined, void];
}

export type Method = keyof Calls;

/** From the caller to the stream's thread. */
export type Request =
	| {readonly kind: 'call'; readonly id: number; readonly method: Method; readonly argument: unknown}
	| {readonly kind: 'abort'; readonly id: number; readonly reason: WireError};

/** From the stream's thread to the caller. */
export interface Answer {
	readonly kind: 'answer';
	readonly id: number;
	readonly outcome: Outcome<unknown>;
}

/** From the stream's thread to whoever keeps the events of the run. */
export interface Notice {
	readonly kind: 'event';
	readonly event: EventBody;
}

/** What the thread is started with. */
export interface ThreadData {
	readonly stage: SharedArrayBuffer;
}
