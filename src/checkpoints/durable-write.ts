import {createHash} from 'node:crypto';
import fs from 'node:fs/promises';
import path from 'node:path';
import {setImmediate} from 'node:timers/promises';
import {writeFailed} from '../errors/write-failed.ts';
import {makeFolders} from '../errors/make-folders.ts';

const pieceBytes = 4 * 1024 * 1024;

const temporaryOf = (file: string): string => path.join(path.dirname(file), `.${path.basename(file)}.tmp`);

/** Writes and syncs a file under its temporary name, and gives the bytes. */
const prepare = async (file: string, parts: readonly Uint8Array[], appendDigest: boolean): Promise<number> => {
	const temporary = temporaryOf(file);
	let bytes = 0;
	// What a killed process left; nobody else writes here.
	await fs.rm(temporary, {force: true});
	const handle = await fs.open(temporary, 'wx');
	try {
		const hash = createHash('sha256');
		for (const piece of piecesOf(parts)) {
			hash.update(piece);

			await handle.writeFile(piece);
			await setImmediate();

			bytes += piece.byteLength;
		}

		if (appendDigest) {
			const digest = hash.digest();
			await handle.writeFile(digest);
			bytes += digest.byteLength;
		}

		await handle.sync();
		return bytes;
	} finally {
		await handle.close();
	}
};

/** Takes away what was not renamed; an error of that would hide the one that led here. */
const discard = async (file: string): Promise<void> => fs.rm(temporaryOf(file), {force: true}).catch(() => {});

/**
 * Writes a file that is either whole or not there: a temporary file in the same folder, fsync, rename, fsync of the
 * folder. One writer a file. The sha256 of everything written is appended on request.
 *
 * @returns the bytes written
 * @throws WRITE_FAILED
 */
export const writeDurably = async (
	file: string,
	parts: readonly Uint8Array[],
	{appendDigest = false}: {readonly appendDigest?: boolean} = {},
): Promise<number> => {
	try {
		const bytes = await prepare(file, parts, appendDigest);
		await fs.rename(temporaryOf(file), file);
		await syncFolder(path.dirname(file));
		return bytes;
	} catch (error) {
		await discard(file);
		throw writeFailed(file, error);
	}
};

/** Writes files into a folder, by name, as `writeDurably` does; none takes its name before all are written. @throws WRITE_FAILED */
export const writeTogether = async (folder: string, texts: ReadonlyMap<string, string>): Promise<void> => {
	const files = [...texts].map(([name, text]) => ({file: path.join(folder, name), text}));
	try {
		// All come to an end before what is left of them is taken away.
		const prepared = await Promise.allSettled(files.map(async ({file, text}) => prepare(file, [Buffer.from(text)], false)));
		const failed = prepared.find(({status}) => status === 'rejected');
		if (failed !== undefined) {
			throw (failed as PromiseRejectedResult).reason;
		}

		for (const {file} of files) {
			await fs.rename(temporaryOf(file), file);
		}

		await syncFolder(folder);
	} catch (error) {
		await Promise.all(files.map(async ({file}) => discard(file)));
		throw writeFailed(folder, error);
	}
};

/** Makes a folder, or takes the one that is there. @throws WRITE_FAILED */
export const makeFolder = async (folder: string): Promise<void> => {
	try {
		await makeFolders(folder);
	} catch (error) {
		throw writeFailed(folder, error);
	}
};

function * piecesOf(parts: readonly Uint8Array[]): Generator<Uint8Array> {
	for (const part of parts) {
		for (let offset = 0; offset < part.byteLength; offset += pieceBytes) {
			const piece = part.subarray(offset, offset + pieceBytes);
			// A file cannot be written from shared memory.
			yield piece.buffer instanceof SharedArrayBuffer ? new Uint8Array(piece) : piece;
		}
	}
}

const syncFolder = async (folder: string): Promise<void> => {
	// Windows cannot open a folder; its rename is durable without.
	if (process.platform === 'win32') {
		return;
	}

	const handle = await fs.open(folder, 'r');
	try {
		await handle.sync();
	} finally {
		await handle.close();
	}
};
