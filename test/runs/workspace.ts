import fs from 'node:fs/promises';
import path from 'node:path';
import type {ExecutionContext} from 'ava';
import {loadDefinition} from '../../src/definition/load.ts';
import {folderWith} from '../helpers/temporary-folder.ts';

/** A definition in a folder of its own, with its modules, and where it is to run; all is removed at the end of the test. */
export const prepare = async (t: ExecutionContext, definition: string, modules: Readonly<Record<string, string>> = {}) => {
	const folder = await folderWith(t, {'pipeline.yaml': definition, ...modules});
	return {folder, loaded: await loadDefinition(path.join(folder, 'pipeline.yaml')), out: path.join(folder, 'run')};
};

/** A copy of a finished run as it was when it was killed after a step: with the checkpoints up to it, and events somewhat further. */
export const killedAfter = async (out: string, step: number): Promise<string> => {
	const copy = `${out}-${step}`;
	await fs.cp(out, copy, {recursive: true});
	await fs.rm(path.join(copy, 'report'), {recursive: true});
	const checkpoints = path.join(copy, 'checkpoints');
	for (const name of await fs.readdir(checkpoints)) {
		if (Number(/^step-(?<step>\d+)\.ckpt$/u.exec(name)?.groups?.['step'] ?? 0) > step) {
			await fs.rm(path.join(checkpoints, name));
		}
	}

	return copy;
};
