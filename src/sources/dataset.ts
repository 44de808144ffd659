import {access} from 'node:fs/promises';
import path from 'node:path';
import {createError} from '../errors/threadloom-error.ts';
import {datasets, type CatalogueFile} from './catalogue.ts';
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
}

interface Located {
	readonly path: string;
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

const locate = async ({name, sha256, unpackedSha256}: CatalogueFile, folders: readonly string[]): Promise<Located | undefined> => {
	for (const folder of folders) {
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

/**
 * Finds the files of a data set of the catalogue in the data folder, gzipped or unpacked, and makes their source.
 *
 * A folder of the data set's name wins over the data folder itself, as several data sets share their file names.
 * @throws DATASET_UNKNOWN, DATASET_NOT_FOUND
 */
export const datasetSource = async ({dataset, split, take, dataDirectory}: DatasetOptions): Promise<Source> => {
	const entry = Object.hasOwn(datasets, dataset) ? datasets[dataset] : undefined;
	if (entry === undefined) {
		throw createError('DATASET_UNKNOWN', {dataset, known: Object.keys(datasets)});
	}

	const looked = dataDirectory === undefined ? [] : [path.join(dataDirectory, dataset), dataDirectory];
	const find = async (file: CatalogueFile): Promise<Located> => {
		const located = await locate(file, looked);
		if (located === undefined) {
			throw createError('DATASET_NOT_FOUND', {
				dataset, file: `${file.name}.gz`, looked, address: entry.address,
			});
		}

		return located;
	};

	const images = await find(entry[split].images);
	const labels = await find(entry[split].labels);
	return idxSource({
		id: `${dataset}/${split}`,
		images: images.path,
		labels: labels.path,
		sha256: {images: images.sha256, labels: labels.sha256},
		classes: entry.classes,
		...(take !== undefined && {take}),
	});
};
