import fs from 'node:fs/promises';
import path from 'node:path';
import {createError} from '../errors/threadloom-error.ts';

/** What a run leaves in its directory; `--force` removes these and nothing else. */
const ownNames = new Set([
	'definition.yaml', 'effective.json', 'lock.json', 'events.ndjson', 'metrics.csv', 'checkpoints', 'report', 'rejected.ndjson', 'statistics.json',
]);

const stamp = (date: Date): string => date.toISOString().replaceAll(/[-:]/gu, '').replace('T', '-').slice(0, 15);

/**
 * Makes the directory of a run before any data is read: `out`, or a new one under `runs/`.
 *
 * @throws OUTPUT_EXISTS when it holds a run and `force` is not given, OUTPUT_UNWRITABLE when it cannot be made
 */
export const createRunDirectory = async ({out, name, force, cwd = process.cwd()}: {
	readonly out: string | undefined;
	readonly name: string;
	readonly force: boolean;
	readonly cwd?: string;
}): Promise<string> => {
	const parent = path.join(cwd, 'runs');
	const directory = out === undefined ? path.join(parent, `${name}-${stamp(new Date())}`) : path.resolve(cwd, out);
	try {
		await fs.mkdir(directory, {recursive: true});
		await fs.access(directory, fs.constants.W_OK);
		const taken = (await fs.readdir(directory)).filter(entry => ownNames.has(entry));
		if (taken.length > 0) {
			if (!force) {
				throw createError('OUTPUT_EXISTS', {path: directory});
			}

			await Promise.all(taken.map(async entry => fs.rm(path.join(directory, entry), {recursive: true})));
		}

		if (out === undefined) {
			await pointLatest(parent, path.basename(directory));
		}

		return directory;
	} catch (error) {
		if (error instanceof Error && 'code' in error && error.code !== 'OUTPUT_EXISTS') {
			throw createError('OUTPUT_UNWRITABLE', {path: directory, reason: error.message}, {cause: error});
		}

		throw error;
	}
};

/** Lets `runs/latest` name the newest run. */
const pointLatest = async (parent: string, name: string): Promise<void> => {
	const link = path.join(parent, 'latest');
	const temporary = path.join(parent, `.latest-${process.pid}`);
	await fs.rm(temporary, {force: true});
	await fs.symlink(name, temporary, 'junction');
	await fs.rename(temporary, link);
};
