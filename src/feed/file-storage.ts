import fs, {type FileHandle} from 'node:fs/promises';
import path from 'node:path';
import {makeTemporaryFolder} from '../errors/temporary-folder.ts';
import {createError} from '../errors/threadloom-error.ts';
import {writeFailed} from '../errors/write-failed.ts';
import {viewOf} from '../tensor/dtypes.ts';
import {type TensorSpec, bytesOf, sizeOf} from '../tensor/shape.ts';
import {createReadAhead} from './read-ahead.ts';
import {readAt} from './read-at.ts';
import type {FeatureStorage} from './record-store.ts';

const blockBytes = 256 * 1024;

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
	const opened = {descriptor: handle.fd, path: file};
	const removed = await attempt(removeName);
	const recordBytes = bytesOf(spec);
	const size = sizeOf(spec.shape);
	const blockRecords = Math.max(1, Math.floor(blockBytes / recordBytes));
	const block = new ArrayBuffer(blockRecords * recordBytes);
	const bytes = new Uint8Array(block);
	let written = 0;
	let first = 0;
	let held = 0;
	let previous = -1;

	/** Neighbours are read ahead when records are asked for in order. */
	const load = (record: number): void => {
		const wanted = record === previous + 1 ? blockRecords : 1;
		const length = Math.min(wanted * recordBytes, written - (record * recordBytes));
		const got = readAt(opened, bytes, {length, position: record * recordBytes});
		if (got !== length || length <= 0) {
			throw createError('INTERNAL', {reason: `the decoded cache gave ${got} of ${length} bytes of record ${record}`});
		}

		first = record;
		held = length / recordBytes;
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
		read(record) {
			if (record < first || record >= first + held) {
				load(record);
			}

			previous = record;
			return viewOf(spec.dtype, block, (record - first) * recordBytes, size);
		},
		readAhead: ahead => createReadAhead({
			...opened, offset: 0, spec, missing: record => createError('INTERNAL', {reason: `the decoded cache ends before record ${record}`}),
		}, ahead),
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
