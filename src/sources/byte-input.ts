/** Bytes from one place that stay the same as long as they are in use. */
export interface ByteInput {
	/** Path, or address without its secrets, for people. */
	readonly path: string;
	/** Whether `path` is that of a file of this machine. @default false */
	readonly isLocal?: boolean;
	/** Whether `bytes` can be called again. @default true */
	readonly isRepeatable?: boolean;
	/** Reads all bytes once, in order. Every call starts at the first again. */
	readonly bytes: (options: {readonly signal: AbortSignal}) => AsyncGenerator<Uint8Array, void>;
	/** Compares what is there with what was there when it was first opened. @throws SOURCE_CHANGED */
	readonly verify: () => Promise<void>;
	/** Sha256 in hex, once the bytes were read to their end. */
	readonly digest: () => string | undefined;
}
