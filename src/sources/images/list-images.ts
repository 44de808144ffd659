import type {Dirent} from 'node:fs';
import {readdir, stat} from 'node:fs/promises';
import path from 'node:path';
import {createError} from '../../errors/threadloom-error.ts';

/** One image file, its number the place in the list. */
export interface ImageFile {
	/** Of the folder, with slashes: the class's folder first. */
	readonly name: string;
	/** Class index. */
	readonly label: number;
}

export interface ImageList {
	readonly classes: readonly string[];
	readonly files: readonly ImageFile[];
}

const isImage = (name: string): boolean => /\.(?:png|jpe?g)$/iu.test(name);
const isHidden = (name: string): boolean => name.startsWith('.');
const byName = (a: string, b: string): number => (a < b ? -1 : 1);

const entriesOf = async (folder: string): Promise<readonly Dirent[]> => {
	try {
		const stats = await stat(folder);
		if (!stats.isDirectory()) {
			throw createError('FOLDER_EMPTY', {path: folder, reason: 'it is no folder'});
		}

		return await readdir(folder, {withFileTypes: true});
	} catch (error) {
		const {code} = error as NodeJS.ErrnoException;
		throw code === 'ENOENT' || code === 'ENOTDIR' ? createError('FILE_NOT_FOUND', {path: folder}, {cause: error}) : error;
	}
};

/** Names of the image files of a class, those in folders inside it too. */
const namesIn = async (root: string, folder: string): Promise<readonly string[]> => {
	const names: string[] = [];
	for (const entry of await entriesOf(path.join(root, folder))) {
		const name = `${folder}/${entry.name}`;
		if (isHidden(entry.name)) {
			continue;
		}

		if (entry.isDirectory()) {
			names.push(...await namesIn(root, name));
		} else if (isImage(entry.name)) {
			names.push(name);
		}
	}

	return names;
};

/**
 * Lists the image files of a folder: the folders in it are the classes, by name or as named, and the files of each are by name.
 *
 * Names that start with a dot and files of other kinds are passed over.
 * @throws FILE_NOT_FOUND, FOLDER_EMPTY, FOLDER_CLASS
 */
export const listImages = async (root: string, {classes: named}: {readonly classes?: readonly string[] | undefined} = {}): Promise<ImageList> => {
	const entries = await entriesOf(root);
	const folders = entries.filter(entry => entry.isDirectory() && !isHidden(entry.name)).map(({name}) => name).toSorted(byName);
	const found = new Map<string, readonly string[]>();
	for (const folder of folders) {
		const names = [...await namesIn(root, folder)].sort(byName);
		if (names.length > 0) {
			found.set(folder, names);
		}
	}

	const unnamed = named && [...found.keys()].find(folder => !named.includes(folder));
	if (unnamed !== undefined) {
		throw createError('FOLDER_CLASS', {path: path.join(root, unnamed), classes: named!});
	}

	const classes = named ?? [...found.keys()];
	const files = classes.flatMap((folder, label) => (found.get(folder) ?? []).map((name): ImageFile => ({name, label})));
	if (files.length === 0) {
		throw createError('FOLDER_EMPTY', {path: root, reason: 'no folder in it holds a PNG or JPEG file'});
	}

	return {classes, files};
};
