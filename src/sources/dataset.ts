import {access} from 'node:fs/promises';
import path from 'node:path';
import {createError, ThreadloomError} from '../errors/threadloom-error.ts';
import type {ByteInput} from './byte-input.ts';
import {datasets, type CatalogueEntry, type CatalogueFile} from './catalogue.ts';
import {createFileInput} from './file-input.ts';
import {createHttpInput} from './http/http-input.ts';
import type {Network} from './http/network.ts';
import {idxSource} from './idx-source.ts';
import type {Source} from './source.ts';

export interface DatasetOptions {
	/** A name in the catalogue. */
	readonly dataset: string;
	readonly split: 'train' | 'test';
	/** Records of one pass, from the first on. @default all */
	readonly take?: number | undefined;
	/** The data folder: the files lie in it, or in a folder of the data set's name inside it. */
	readonly dataDirectory: string | undefined;
	/** How files that are not there are fetched. */
	readonly network: Network;
	/** Where nothing is to be read but headers: what is not here is told from the catalogue, and not asked for. @default false */
	readonly isPlanned?: boolean | undefined;
}

/** A file of the catalogue in the data folder. */
export interface Located {
	readonly path: string;
	/** Digest that it must have, where known. */
	readonly sha256: string | undefined;
}

const exists = async (file: string): Promise<boolean> => {
	try {
		await access(file);
		return true;
	} catch {
		return false;
	}
};

/** Where the files of a data set may lie: a folder of its name wins, as several data sets share their file names. */
const foldersOf = (dataset: string, dataDirectory: string | undefined): readonly string[] =>
	(dataDirectory === undefined ? [] : [path.join(dataDirectory, dataset), dataDirectory]);

/** Looks for a file of a data set in the data folder, gzipped or unpacked. */
export const locateFile = async (dataset: string, {name, sha256, unpackedSha256}: CatalogueFile, dataDirectory: string | undefined): Promise<Located | undefined> => {
	for (const folder of foldersOf(dataset, dataDirectory)) {
		for (const candidate of [
			{path: path.join(folder, `${name}.gz`), sha256},
			{path: path.join(folder, name), sha256: unpackedSha256},
		]) {
			if (await exists(candidate.path)) {
				return candidate;
			}
		}
	}

	return undefined;
};

/** Finds a data set. @throws DATASET_UNKNOWN */
export const datasetOf = (dataset: string): CatalogueEntry => {
	const entry = Object.hasOwn(datasets, dataset) ? datasets[dataset] : undefined;
	if (entry === undefined) {
		throw createError('DATASET_UNKNOWN', {dataset, known: Object.keys(datasets)});
	}

	return entry;
};

/** The reader of a file of the catalogue from where it is published, or from the cache. */
export const remoteFile = ({addresses}: CatalogueEntry, {name, sha256}: CatalogueFile, network: Network): ByteInput =>
	createHttpInput({addresses: addresses.map(address => `${address}${name}.gz`), sha256, network});

/** A data set whose files are not here, as the catalogue knows it. */
const absentSource = ({dataset, split, take = Number.POSITIVE_INFINITY}: DatasetOptions, entry: CatalogueEntry, missing: ThreadloomError): Source => ({
	id: `${dataset}/${split}`,
	describe: async () => ({
		features: {shape: entry.shape, dtype: 'uint8'}, label: {shape: [], dtype: 'int32'}, count: Math.min(entry[split].count, take), classes: entry.classes,
	}),
	chunks() {
		throw missing;
	},
	digests: () => ({}),
});

/**
 * Finds the files of a data set of the catalogue in the data folder, else in the cache or where they are published, and
 * makes their source.
 *
 * @throws DATASET_UNKNOWN; DATASET_NOT_FOUND when there is no network to ask
 */
export const datasetSource = async (options: DatasetOptions): Promise<Source> => {
	const {dataset, split, take, dataDirectory, network, isPlanned = false} = options;
	const entry = datasetOf(dataset);
	const find = async (file: CatalogueFile): Promise<{readonly input: ByteInput; readonly sha256: string | undefined}> => {
		const located = await locateFile(dataset, file, dataDirectory);
		if (located !== undefined) {
			return {input: createFileInput(located.path), sha256: located.sha256};
		}

		if ((network.offline || isPlanned) && !await network.cache.has(file.sha256)) {
			throw createError('DATASET_NOT_FOUND', {
				dataset, file: `${file.name}.gz`, looked: [...foldersOf(dataset, dataDirectory), network.cache.directory], address: entry.addresses[0],
			});
		}

		return {input: remoteFile(entry, file, network), sha256: file.sha256};
	};

	const open = async (): Promise<Source> => {
		const images = await find(entry[split].images);
		const labels = await find(entry[split].labels);
		return idxSource({
			id: `${dataset}/${split}`,
			images: images.input,
			labels: labels.input,
			sha256: {images: images.sha256, labels: labels.sha256},
			classes: entry.classes,
			...(take !== undefined && {take}),
		});
	};

	return open().catch((error: unknown) => {
		if (isPlanned && error instanceof ThreadloomError && error.code === 'DATASET_NOT_FOUND') {
			return absentSource(options, entry, error);
		}

		throw error;
	});
};
