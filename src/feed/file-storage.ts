import fs, {type FileHandle} from 'node:fs/promises';
import path from 'node:path';
import {makeTemporaryFolder} from '../errors/temporary-folder.ts';
import {createError} from '../errors/threadloom-error.ts';
import {writeFailed} from '../errors/write-failed.ts';
import type {TensorSpec} from '../tensor/shape.ts';
import {createBlockReader} from './block-reader.ts';
import {createReadAhead, type RawFile} from './read-ahead.ts';
import type {FeatureStorage} from './record-store.ts';

/**
 * Keeps features in a temporary raw file, to be read at any position.
 *
 * The file loses its name as soon as it is open, so that nothing stays behind however the process ends; where a system
 * does not allow that, it goes with `close`.
 * @throws WRITE_FAILED, also from `append`; FILE_UNREADABLE from what reads
 */
export const fileStorage = async (spec: TensorSpec): Promise<FeatureStorage> => {
	const directory = await makeTemporaryFolder('threadloom');
	const file = path.join(directory, 'records');
	const removeName = async (): Promise<void> => {
		await fs.rm(directory, {recursive: true, force: true});
	};

	const handle = await open(file).catch(async (error: unknown) => {
		await removeName();
		throw error;
	});
	const removed = await attempt(removeName);
	let written = 0;
	const raw: RawFile = {
		descriptor: handle.fd, path: file, offset: 0, spec, missing: record => createError('INTERNAL', {reason: `the decoded cache ends before record ${record}`}),
	};
	return {
		async append({features}) {
			const view = new Uint8Array(features.buffer, features.byteOffset, features.byteLength);
			try {
				for (let offset = 0; offset < view.length;) {
					const {bytesWritten} = await handle.write(view, offset, view.length - offset, written);
					offset += bytesWritten;
					written += bytesWritten;
				}
			} catch (error) {
				throw writeFailed(file, error);
			}
		},
		read: createBlockReader(raw),
		readAhead: ahead => createReadAhead(raw, ahead),
		async close() {
			await handle.close();
			if (!removed) {
				await removeName();
			}
		},
	};
};

const open = async (file: string): Promise<FileHandle> => {
	try {
		return await fs.open(file, 'wx+', 0o600);
	} catch (error) {
		throw writeFailed(file, error);
	}
};

const attempt = async (work: () => Promise<void>): Promise<boolean> => {
	try {
		await work();
		return true;
	} catch {
		return false;
	}
};
