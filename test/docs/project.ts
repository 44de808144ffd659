import fs from 'node:fs/promises';
import path from 'node:path';
import type {ExecutionContext} from 'ava';
import {temporaryFolder} from '../helpers/temporary-folder.ts';

export const root = path.resolve(import.meta.dirname, '../../..');

/** The fenced blocks of a page in one language, in order. */
export const blocks = (page: string, language: string): readonly string[] =>
	[...page.matchAll(/^```(?<language>\w+)\n(?<code>.*?)^```$/gmsu)]
		.filter(({groups}) => groups?.['language'] === language)
		.map(({groups}) => groups!['code']!);

/** Reads a page of the documentation. */
export const readPage = async (name: string): Promise<string> => fs.readFile(path.join(root, name), 'utf8');

/** A project of a user's: its own folder, with the package and what an operator imports installed, and some files. */
export const createProject = async (t: ExecutionContext, files: Readonly<Record<string, string>>): Promise<string> => {
	const folder = await temporaryFolder(t);
	await fs.mkdir(path.join(folder, 'node_modules'));
	await fs.symlink(root, path.join(folder, 'node_modules/threadloom'));
	for (const name of ['rxjs', 'zod']) {
		await fs.symlink(path.join(root, 'node_modules', name), path.join(folder, 'node_modules', name));
	}

	for (const name of await fs.readdir(path.join(root, 'fixtures/garments'))) {
		await fs.symlink(path.join(root, 'fixtures/garments', name), path.join(folder, name));
	}

	for (const [name, text] of Object.entries({'package.json': '{"type": "module"}', ...files})) {
		await fs.writeFile(path.join(folder, name), text);
	}

	return folder;
};
