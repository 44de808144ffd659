import {Buffer} from 'node:buffer';
import {createHash} from 'node:crypto';
import type {BigIntStats} from 'node:fs';
import {open, stat} from 'node:fs/promises';
import {createError, type ThreadloomError} from '../errors/threadloom-error.ts';
import {throwIfAborted} from '../stream/abort.ts';
import type {ByteInput} from './byte-input.ts';

const readBytes = 256 * 1024;

const kindOf = (stats: BigIntStats): string => {
	const kinds: ReadonlyArray<readonly [boolean, string]> = [
		[stats.isDirectory(), 'directory'],
		[stats.isFIFO(), 'named pipe'],
		[stats.isSocket(), 'socket'],
		[stats.isCharacterDevice() || stats.isBlockDevice(), 'device'],
	];
	return kinds.find(([is]) => is)?.[1] ?? 'special file';
};

const asFileError = (path: string, error: unknown): ThreadloomError => {
	const {code, message} = error as NodeJS.ErrnoException;
	return code === 'ENOENT' || code === 'ENOTDIR'
		? createError('FILE_NOT_FOUND', {path}, {cause: error})
		: createError('FILE_UNREADABLE', {path, reason: code ?? message}, {cause: error});
};

/** Calls the file system and gives its failures their codes. */
const onFile = async <T>(path: string, work: () => Promise<T>): Promise<T> => {
	try {
		return await work();
	} catch (error) {
		throw asFileError(path, error);
	}
};

/** Looks at a path without opening it: opening a named pipe without a writer would never return. */
const inspect = async (path: string): Promise<BigIntStats> => {
	const stats = await onFile(path, async () => stat(path, {bigint: true}));
	if (!stats.isFile()) {
		throw createError('NOT_A_FILE', {path, kind: kindOf(stats)});
	}

	if (stats.size === 0n) {
		throw createError('EMPTY', {path});
	}

	return stats;
};

const difference = (before: BigIntStats, after: BigIntStats): string | undefined => {
	if (before.dev !== after.dev || before.ino !== after.ino) {
		return 'another file is in its place';
	}

	if (before.size !== after.size) {
		return `it had ${before.size} bytes and has ${after.size}`;
	}

	return before.mtimeNs === after.mtimeNs ? undefined : 'it was written to';
};

/**
 * Makes the reader of a local file, 256 kB at a time.
 *
 * @throws FILE_NOT_FOUND, FILE_UNREADABLE, NOT_A_FILE, EMPTY, SOURCE_CHANGED, ABORTED, from the methods
 */
export const createFileInput = (path: string): ByteInput => {
	let identity: BigIntStats | undefined;
	let known: string | undefined;

	const compare = (now: BigIntStats): void => {
		identity ??= now;
		const reason = difference(identity, now);
		if (reason !== undefined) {
			throw createError('SOURCE_CHANGED', {path, reason});
		}
	};

	const verify = async (): Promise<void> => {
		if (identity !== undefined) {
			let now: BigIntStats;
			try {
				now = await stat(path, {bigint: true});
			} catch (error) {
				const fault = asFileError(path, error);
				throw fault.code === 'FILE_NOT_FOUND' ? createError('SOURCE_CHANGED', {path, reason: 'it is gone'}, {cause: error}) : fault;
			}

			compare(now);
		}
	};

	return {
		path,
		isLocal: true,
		async * bytes({signal}) {
			throwIfAborted(signal);
			await verify();
			compare(await inspect(path));
			const handle = await onFile(path, async () => open(path, 'r'));
			try {
				compare(await handle.stat({bigint: true}));
				const hash = known === undefined ? createHash('sha256') : undefined;
				for (;;) {
					throwIfAborted(signal);
					const buffer = Buffer.allocUnsafeSlow(readBytes);
					const {bytesRead} = await onFile(path, async () => handle.read(buffer, 0, readBytes));
					if (bytesRead === 0) {
						break;
					}

					const piece = buffer.subarray(0, bytesRead);
					hash?.update(piece);
					yield piece;
				}

				await verify();
				known ??= hash?.digest('hex');
			} finally {
				await handle.close();
			}
		},
		verify,
		digest: () => known,
	};
};
