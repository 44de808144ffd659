import {Buffer} from 'node:buffer';
import {createHash} from 'node:crypto';
import fs, {type FileHandle} from 'node:fs/promises';
import {createError} from '../../errors/threadloom-error.ts';
import {throwIfAborted} from '../../stream/abort.ts';

const readBytes = 256 * 1024;

/** What this thread has verified, by path: the file that it was then. */
const verified = new Map<string, string>();

/** A file of the cache that is open. */
interface Entry {
	readonly handle: FileHandle;
	readonly file: string;
}

const identityOf = async (handle: FileHandle): Promise<string> => {
	const {dev, ino, size, mtimeNs} = await handle.stat({bigint: true});
	return [dev, ino, size, mtimeNs].join(':');
};

/** @throws FILE_UNREADABLE when the disk fails */
const readPiece = async ({handle, file}: Entry, position: number): Promise<Uint8Array> => {
	const buffer = Buffer.allocUnsafeSlow(readBytes);
	try {
		const {bytesRead} = await handle.read(buffer, 0, readBytes, position);
		return buffer.subarray(0, bytesRead);
	} catch (error) {
		const {code, message} = error as NodeJS.ErrnoException;
		throw createError('FILE_UNREADABLE', {path: file, reason: code ?? message}, {cause: error});
	}
};

async function * pieces(entry: Entry, signal: AbortSignal): AsyncGenerator<Uint8Array, void> {
	let position = 0;
	for (;;) {
		throwIfAborted(signal);
		const piece = await readPiece(entry, position);
		if (piece.length === 0) {
			return;
		}

		position += piece.length;
		yield piece;
	}
}

/** What a file holds; nothing that can be told where the disk does not give it. */
const digestOf = async (entry: Entry, signal: AbortSignal): Promise<string | undefined> => {
	const hash = createHash('sha256');
	try {
		for await (const piece of pieces(entry, signal)) {
			hash.update(piece);
		}
	} catch {
		throwIfAborted(signal);
		return undefined;
	}

	return hash.digest('hex');
};

/** Reads a verified file to its end, and closes it. */
async function * readOut(entry: Entry, {sha256, signal}: {readonly sha256: string; readonly signal: AbortSignal}): AsyncGenerator<Uint8Array, void> {
	const {handle, file} = entry;
	try {
		const hash = createHash('sha256');
		for await (const piece of pieces(entry, signal)) {
			hash.update(piece);
			yield piece;
		}

		const actual = hash.digest('hex');
		if (actual !== sha256) {
			verified.delete(file);
			throw createError('SHA256_MISMATCH', {path: file, expected: sha256, actual});
		}
	} finally {
		await handle.close();
	}
}

const remove = async (file: string): Promise<boolean> => {
	try {
		await fs.rm(file, {force: true});
		return true;
	} catch {
		return false;
	}
};

/** Opens what is there, if it is a file: opening a named pipe would never return. */
const openEntry = async (file: string): Promise<FileHandle | undefined> => {
	try {
		return (await fs.stat(file)).isFile() ? await fs.open(file, 'r') : undefined;
	} catch {
		return undefined;
	}
};

/**
 * Opens a file of the cache and checks its digest, once for each file that it ever is; a damaged one is removed.
 *
 * The bytes come from the very file that was checked, whatever happens to its name meanwhile.
 * @throws ABORTED; while reading FILE_UNREADABLE, and SHA256_MISMATCH when the disk gives other bytes than before
 */
export const readEntry = async (file: string, sha256: string, {signal, onDamage}: {
	readonly signal: AbortSignal;
	/** Hears whether the entry could be removed. */
	readonly onDamage: (isRemoved: boolean) => void;
}): Promise<AsyncGenerator<Uint8Array, void> | undefined> => {
	const handle = await openEntry(file);
	if (handle === undefined) {
		return undefined;
	}

	try {
		const identity = await identityOf(handle);
		if (verified.get(file) !== identity && await digestOf({handle, file}, signal) !== sha256) {
			await handle.close();
			onDamage(await remove(file));
			return undefined;
		}

		verified.set(file, identity);
		// Marks the use; the time of change stays, as it is a whole second.
		const {mtimeMs} = await handle.stat();
		await handle.utimes(Date.now() / 1000, mtimeMs / 1000).catch(() => undefined);
		return readOut({handle, file}, {sha256, signal});
	} catch (error) {
		await handle.close();
		throw error;
	}
};
