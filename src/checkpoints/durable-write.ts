import {createHash} from 'node:crypto';
import fs from 'node:fs/promises';
import path from 'node:path';
import {setImmediate} from 'node:timers/promises';
import {writeFailed} from '../errors/write-failed.ts';
import {makeFolders} from '../errors/make-folders.ts';

const pieceBytes = 4 * 1024 * 1024;

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
	const folder = path.dirname(file);
	const temporary = path.join(folder, `.${path.basename(file)}.tmp`);
	let bytes = 0;
	try {
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
		} finally {
			await handle.close();
		}

		await fs.rename(temporary, file);
		await syncFolder(folder);
		return bytes;
	} catch (error) {
		await fs.rm(temporary, {force: true}).catch(() => {}); // The first error wins.
		throw writeFailed(file, error);
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
