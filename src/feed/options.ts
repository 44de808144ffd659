import type {BatchesConfig} from '../batching/schema.ts';
import type {OperatorInCode} from '../operators/resolve.ts';
import type {OperatorConfig} from '../operators/schema.ts';
import type {NetworkOptions} from '../sources/http/network.ts';
import type {SourceConfig} from '../sources/schema.ts';
import type {Reject} from './rejects.ts';
import type {SamplePolicy} from './schema.ts';

/** The data of a definition. */
export interface FeedData {
	readonly train?: SourceConfig | undefined;
	readonly test?: SourceConfig | undefined;
	/** The share of the training source that is kept out of training. */
	readonly validation?: {readonly fraction?: number | undefined; readonly stratify?: boolean | undefined} | undefined;
}

/** What a stream does. Plain data: it crosses threads by structured clone. */
export interface FeedOptions {
	readonly data: FeedData;
	readonly operators: readonly OperatorConfig[];
	readonly batches: BatchesConfig;
	readonly seed: number;
	/** Mini-batches of a training pass. @default all */
	readonly stepsPerEpoch?: number | undefined;
	/** What happens to records that cannot be used. @default 'fail' */
	readonly samples?: SamplePolicy;
	/** Records that were left out before, and are not told again. @default [] */
	readonly rejected?: readonly Reject[];
	/** Budget of the stream, in bytes. */
	readonly memory: number;
	/** Whether affine operators at the end are left to the engine's graph. @default true */
	readonly fuse?: boolean;
	/** Folder of the definition: relative paths start there, and modules come from there. */
	readonly baseDirectory: string;
	readonly dataDirectory?: string | undefined;
	/** What is decided about the network. @default the defaults of `createNetwork` */
	readonly network?: NetworkOptions;
	/** Whether bytes after the last record of an IDX file are a warning rather than an error. @default false */
	readonly allowTrailing?: boolean | undefined;
	/** Other folders that modules may come from. @default [] */
	readonly operatorDirectories?: readonly string[];
	/** Bytes of records that are read at a time. @default 256 KiB */
	readonly chunkBytes?: number;
	/** Whether an operator that writes into its input is told; it costs a copy of every example. @default false */
	readonly checkInputs?: boolean;
	/** States of fitted operators from a checkpoint, by position; they are not fitted again. @default {} */
	readonly operatorStates?: Readonly<Record<string, unknown>>;
}

/** The same with operators given as functions in code, which cannot cross threads. */
export type InThreadFeedOptions = {
	readonly operators: ReadonlyArray<OperatorConfig | OperatorInCode>;
} & Omit<FeedOptions, 'operators'>;
