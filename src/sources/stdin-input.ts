import {fstatSync, createReadStream, type Stats} from 'node:fs';
import {createHash} from 'node:crypto';
import type {Socket} from 'node:net';
import type {Readable} from 'node:stream';
import {createError} from '../errors/threadloom-error.ts';
import {abortError, throwIfAborted} from '../stream/abort.ts';
import type {ByteInput} from './byte-input.ts';

/** The name of the standard input in definitions and in errors. */
export const stdinName = '-';

/** What is kept of the start, so that headers can be read before the rest is. */
const keptBytes = 1024 * 1024;

/** What cannot be read as a file or a pipe: Node throws at a folder, and a disk is no file of records. */
const kindOf = (stats: Stats): string | undefined => {
	if (stats.isDirectory()) {
		return 'directory';
	}

	return stats.isBlockDevice() ? 'device' : undefined;
};

/** Opens a pipe in this thread, without another one that waits in it. */
const openPipe = async (descriptor: number): Promise<Socket> => {
	const {default: net} = await import('node:net'); // Few runs read a pipe.
	return new net.Socket({fd: descriptor, readable: true, writable: false});
};

/**
 * Makes the reader of the standard input.
 *
 * It can be read once. Its first mebibyte is kept until more than that was read, so that whoever reads the headers only
 * leaves everything to whoever comes next.
 * @throws SOURCE_SPENT, STDIN_MISSING, NOT_A_FILE, from `bytes`
 */
export const createStdinInput = ({descriptor = 0}: {readonly descriptor?: number} = {}): ByteInput & {readonly isRepeatable: false} => {
	let stream: Readable | undefined;
	let pipe: Socket | undefined;
	let pieces: AsyncIterator<Uint8Array> | undefined;
	/** A piece that is asked for; a reader that does not wait for it leaves it to the next one. */
	let asked: Promise<IteratorResult<Uint8Array>> | undefined;
	let kept: Uint8Array[] | undefined = [];
	let length = 0;
	let isReading = false;
	let known: string | undefined;
	const hash = createHash('sha256');

	const open = async (): Promise<AsyncIterator<Uint8Array>> => {
		const stats = fstatSync(descriptor);
		if (stats.isCharacterDevice()) {
			throw createError('STDIN_MISSING', {});
		}

		const kind = kindOf(stats);
		if (kind !== undefined) {
			throw createError('NOT_A_FILE', {path: stdinName, kind});
		}

		if (stats.isFile()) {
			stream = createReadStream('', {fd: descriptor, autoClose: false, highWaterMark: 256 * 1024});
		} else {
			pipe = await openPipe(descriptor);
			stream = pipe;
		}

		return stream.iterator({destroyOnReturn: false}) as AsyncIterator<Uint8Array>;
	};

	return {
		path: stdinName,
		isRepeatable: false,
		async * bytes({signal}) {
			throwIfAborted(signal);
			if (kept === undefined || isReading) {
				throw createError('SOURCE_SPENT', {source: stdinName});
			}

			isReading = true;
			let leave!: (reason: unknown) => void;
			const left = new Promise<never>((_resolve, reject) => {
				leave = reject;
			});
			left.catch(() => undefined);
			const onAbort = (): void => {
				const reason = abortError(signal);
				leave(reason);
				// Whoever has read the headers alone leaves all of it to the next reader, who need not come.
				if (kept === undefined) {
					stream?.destroy(reason);
				} else {
					pipe?.unref();
				}
			};

			const next = async (): Promise<IteratorResult<Uint8Array>> => {
				asked ??= pieces!.next();
				asked.catch(() => undefined);
				const piece = await Promise.race([asked, left]);
				asked = undefined;
				return piece;
			};

			signal.addEventListener('abort', onAbort, {once: true});
			try {
				yield * kept;
				pieces ??= await open();
				pipe?.ref();
				for (let piece = await next(); !piece.done; piece = await next()) {
					length += piece.value.length;
					hash.update(piece.value);
					if (length > keptBytes) {
						kept = undefined;
					} else {
						kept?.push(piece.value);
					}

					throwIfAborted(signal);
					yield piece.value;
				}

				known ??= hash.digest('hex');
				if (length === 0) {
					throw createError('EMPTY', {path: stdinName});
				}
			} finally {
				isReading = false;
				signal.removeEventListener('abort', onAbort);
			}
		},
		async verify() {
			// What has been read cannot change any more.
		},
		digest: () => known,
	};
};
