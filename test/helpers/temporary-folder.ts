import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type {ExecutionContext} from 'ava';

/** A folder that goes away with its test, by its real path. */
export const temporaryFolder = async (t: ExecutionContext, prefix = 'threadloom-test-'): Promise<string> => {
	const folder = await fs.realpath(await fs.mkdtemp(path.join(os.tmpdir(), prefix)));
	t.teardown(async () => fs.rm(folder, {recursive: true, force: true}));
	return folder;
};

/** One that has files, in folders of their own where their names say so. */
export const folderWith = async (t: ExecutionContext, files: Readonly<Record<string, string>>): Promise<string> => {
	const folder = await temporaryFolder(t);
	for (const [name, text] of Object.entries(files)) {
		await fs.mkdir(path.dirname(path.join(folder, name)), {recursive: true});
		await fs.writeFile(path.join(folder, name), text);
	}

	return folder;
};
