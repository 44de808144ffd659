import {readSync} from 'node:fs';
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import {createError} from '../errors/threadloom-error.ts';
import {viewOf} from '../tensor/dtypes.ts';
import {type TensorSpec, bytesOf, sizeOf} from '../tensor/shape.ts';
import {createReadAhead} from './read-ahead.ts';
import type {FeatureStorage} from './record-store.ts';

const blockBytes = 256 * 1024;

/**
 * Keeps features in a temporary raw file, to be read at any position.
 *
 * The file loses its name as soon as it is open, so that nothing stays behind however the process ends; where a system
 * does not allow that, it goes with `close`.
 */
export const fileStorage = async (spec: TensorSpec): Promise<FeatureStorage> => {
	const directory = await fs.mkdtemp(path.join(os.tmpdir(), 'threadloom-'));
	const file = path.join(directory, 'records');
	const handle = await fs.open(file, 'wx+', 0o600);
	const removeName = async (): Promise<void> => {
		await fs.rm(directory, {recursive: true, force: true});
	};

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
		const got = readSync(handle.fd, bytes, 0, length, record * recordBytes);
		if (got !== length || length <= 0) {
			throw createError('INTERNAL', {reason: `the decoded cache gave ${got} of ${length} bytes of record ${record}`});
		}

		first = record;
		held = length / recordBytes;
	};

	return {
		async append({features}) {
			const view = new Uint8Array(features.buffer, features.byteOffset, features.byteLength);
			for (let offset = 0; offset < view.length;) {
				const {bytesWritten} = await handle.write(view, offset, view.length - offset, written);
				offset += bytesWritten;
				written += bytesWritten;
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
			descriptor: handle.fd, offset: 0, spec, missing: record => createError('INTERNAL', {reason: `the decoded cache ends before record ${record}`}),
		}, ahead),
		async close() {
			await handle.close();
			if (!removed) {
				await removeName();
			}
		},
	};
};

const attempt = async (work: () => Promise<void>): Promise<boolean> => {
	try {
		await work();
		return true;
	} catch {
		return false;
	}
};
