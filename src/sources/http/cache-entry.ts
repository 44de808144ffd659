import {Buffer} from 'node:buffer';
import {createHash} from 'node:crypto';
import fs, {type FileHandle} from 'node:fs/promises';
import {createError} from '../../errors/threadloom-error.ts';
import {throwIfAborted} from '../../stream/abort.ts';

const readBytes = 256 * 1024;

/** What this thread has verified, by path: the file that it was then. */
const verified = new Map<string, string>();

const identityOf = async (handle: FileHandle): Promise<string> => {
	const {dev, ino, size, mtimeNs} = await handle.stat({bigint: true});
	return [dev, ino, size, mtimeNs].join(':');
};

async function * pieces(handle: FileHandle, signal: AbortSignal): AsyncGenerator<Uint8Array, void> {
	let position = 0;
	for (;;) {
		throwIfAborted(signal);
		const buffer = Buffer.allocUnsafeSlow(readBytes);
		const {bytesRead} = await handle.read(buffer, 0, readBytes, position);
		if (bytesRead === 0) {
			return;
		}

		position += bytesRead;
		yield buffer.subarray(0, bytesRead);
	}
}

const digestOf = async (handle: FileHandle, signal: AbortSignal): Promise<string> => {
	const hash = createHash('sha256');
	for await (const piece of pieces(handle, signal)) {
		hash.update(piece);
	}

	return hash.digest('hex');
};

/** Reads a verified file to its end, and closes it. */
async function * readOut(handle: FileHandle, file: string, {sha256, signal}: {readonly sha256: string; readonly signal: AbortSignal}): AsyncGenerator<Uint8Array, void> {
	try {
		const hash = createHash('sha256');
		for await (const piece of pieces(handle, signal)) {
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

/**
 * Opens a file of the cache and checks its digest, once for each file that it ever is; a damaged one is removed.
 *
 * The bytes come from the very file that was checked, whatever happens to its name meanwhile.
 * @throws ABORTED; SHA256_MISMATCH while reading, when the disk gives other bytes than before
 */
export const readEntry = async (file: string, sha256: string, {signal, onDamage}: {
	readonly signal: AbortSignal;
	readonly onDamage: () => void;
}): Promise<AsyncGenerator<Uint8Array, void> | undefined> => {
	let handle: FileHandle;
	try {
		handle = await fs.open(file, 'r');
	} catch {
		return undefined;
	}

	try {
		const identity = await identityOf(handle);
		if (verified.get(file) !== identity && await digestOf(handle, signal) !== sha256) {
			await handle.close();
			await fs.rm(file, {force: true});
			onDamage();
			return undefined;
		}

		verified.set(file, identity);
		// Marks the use; the time of change stays, as it is a whole second.
		const {mtimeMs} = await handle.stat();
		await handle.utimes(Date.now() / 1000, mtimeMs / 1000).catch(() => undefined);
		return readOut(handle, file, {sha256, signal});
	} catch (error) {
		await handle.close();
		throw error;
	}
};
