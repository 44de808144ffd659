import fs from 'node:fs/promises';
import path from 'node:path';

const isFolder = async (name: string): Promise<boolean> => {
	try {
		return (await fs.stat(name)).isDirectory();
	} catch {
		return false;
	}
};

/**
 * Makes a folder and those above it, as `mkdir` with `recursive` does, which never comes back where a folder cannot be
 * made in one that exists because "no such file or directory", as in /proc.
 */
export const makeFolders = async (folder: string, {mode}: {readonly mode?: number | undefined} = {}): Promise<void> => {
	if (await isFolder(folder)) {
		return;
	}

	const parent = path.dirname(folder);
	if (parent !== folder) {
		await makeFolders(parent, {mode});
	}

	try {
		await fs.mkdir(folder, {mode});
	} catch (error) {
		if (!await isFolder(folder)) { // Another process may have made it meanwhile.
			throw error;
		}
	}
};
