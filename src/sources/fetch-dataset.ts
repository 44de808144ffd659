import {randomUUID} from 'node:crypto';
import fs from 'node:fs/promises';
import path from 'node:path';
import {makeFolders} from '../errors/make-folders.ts';
import {createError} from '../errors/threadloom-error.ts';
import type {ByteInput} from './byte-input.ts';
import {datasets} from './catalogue.ts';
import {datasetOf, locateFile, remoteFile, type Located} from './dataset.ts';
import {digestOfFile} from './digest-of-file.ts';
import type {Network} from './http/network.ts';

/** Where a file of the catalogue is: in the data folder, in the cache, or elsewhere; or another file of its name is in the data folder. */
export type Whereabouts = 'folder' | 'cache' | 'elsewhere' | 'other';

export interface FileStatus {
	readonly split: 'train' | 'test';
	/** With `.gz`. */
	readonly file: string;
	/** Digest of the packed file. */
	readonly sha256: string;
	readonly where: Whereabouts;
	/** Path of what has its name in the data folder. */
	readonly path?: string;
}

const splits = ['train', 'test'] as const;
const parts = ['images', 'labels'] as const;

/** Digests of all files of the catalogue, packed and unpacked. */
const catalogued: ReadonlySet<string | undefined> = new Set(Object.values(datasets).flatMap(entry =>
	splits.flatMap(split => parts.flatMap(part => [entry[split][part].sha256, entry[split][part].unpackedSha256]))));

/** Data sets share their file names: the digest tells them apart. Where it is not known, a file is not that of another data set. */
const isThat = async ({path: file, sha256}: Located): Promise<boolean> => {
	const actual = await digestOfFile(file).catch(() => undefined);
	return actual !== undefined && (sha256 === undefined ? !catalogued.has(actual) : actual === sha256);
};

/** Tells of every file of a data set where it is, by its digest. @throws DATASET_UNKNOWN */
export const datasetStatus = async (dataset: string, {dataDirectory, network}: {readonly dataDirectory: string | undefined; readonly network: Network}): Promise<readonly FileStatus[]> => {
	const entry = datasetOf(dataset);
	return Promise.all(splits.flatMap(split => parts.map(async (part): Promise<FileStatus> => {
		const file = entry[split][part];
		const located = await locateFile(dataset, file, dataDirectory);
		const here = located && (await isThat(located) ? 'folder' : 'other');
		return {
			split,
			file: `${file.name}.gz`,
			sha256: file.sha256,
			where: here ?? (await network.cache.has(file.sha256) ? 'cache' : 'elsewhere'),
			...(located !== undefined && {path: located.path}),
		};
	})));
};

/** Writes all bytes of an input to a path; the name appears when all are there. */
const save = async (input: ByteInput, file: string, signal: AbortSignal): Promise<void> => {
	const temporary = `${file}.${randomUUID()}.part`;
	try {
		await makeFolders(path.dirname(file));
		const handle = await fs.open(temporary, 'wx');
		try {
			for await (const piece of input.bytes({signal})) {
				await handle.writeFile(piece);
			}

			await handle.sync();
		} finally {
			await handle.close();
		}

		await fs.rename(temporary, file);
	} catch (error) {
		await fs.rm(temporary, {force: true});
		const {code, syscall} = error as NodeJS.ErrnoException;
		throw syscall === undefined ? error : createError('WRITE_FAILED', {path: file, reason: code ?? String(error)}, {cause: error});
	}
};

const readThrough = async (input: ByteInput, signal: AbortSignal): Promise<void> => {
	for await (const _ of input.bytes({signal})) {
		// The cache keeps them on the way.
	}
};

/**
 * Fetches the files of a data set that are not in the data folder: into a folder of its name there, or without a data
 * folder into the cache. Every file is checked against its digest.
 *
 * @throws DATASET_UNKNOWN, WRITE_FAILED, OFFLINE and the codes of addresses and answers
 */
export const fetchDataset = async (dataset: string, {dataDirectory, network, signal}: {
	readonly dataDirectory: string | undefined;
	readonly network: Network;
	readonly signal: AbortSignal;
}): Promise<readonly FileStatus[]> => {
	const entry = datasetOf(dataset);
	for (const {split, file, where} of await datasetStatus(dataset, {dataDirectory, network})) {
		const part = parts.find(name => `${entry[split][name].name}.gz` === file)!;
		const input = remoteFile(entry, entry[split][part], network);
		if (dataDirectory === undefined) {
			await readThrough(input, signal);
		} else if (where !== 'folder') {
			await save(input, path.join(dataDirectory, dataset, file), signal);
		}
	}

	return datasetStatus(dataset, {dataDirectory, network});
};
