import {randomUUID} from 'node:crypto';
import fs from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import {makeFolders} from '../errors/make-folders.ts';
import {hasCode} from '../errors/thrown.ts';
import {createError, ThreadloomError} from '../errors/threadloom-error.ts';
import {runUnreadable} from './run-file.ts';
import {lockRun, type RunLock} from './run-lock.ts';

/** What a run leaves in its directory; `--force` and `runs rm` remove these and nothing else. */
const ownNames: ReadonlySet<string> = new Set([
	'definition.yaml', 'effective.json', 'lock.json', 'events.ndjson', 'metrics.csv', 'checkpoints', 'report', 'rejected.ndjson', 'statistics.json', 'control',
]);

const latestName = 'latest';

/** The folder of a run's checkpoints. */
export const checkpointFolder = (directory: string): string => path.join(directory, 'checkpoints');

/** A directory that this process alone uses. */
export interface RunDirectory {
	readonly directory: string;
	readonly lock: RunLock;
}

const stamp = (date: Date): string => date.toISOString().replaceAll(/[-:]/gu, '').replace('T', '-').slice(0, 15);

const asUnwritable = (directory: string, error: unknown): unknown => (error instanceof Error && !(error instanceof ThreadloomError) && 'code' in error
	? createError('OUTPUT_UNWRITABLE', {path: directory, reason: error.message}, {cause: error})
	: error);

/** Makes a directory, or finds that there is something of this name. */
const makeNew = async (directory: string): Promise<boolean> => {
	try {
		await fs.mkdir(directory);
		return true;
	} catch (error) {
		if (hasCode(error, 'EEXIST')) {
			return false;
		}

		throw error;
	}
};

/** Makes a new directory under `runs/` for a run that was not told where to go; of several in one second each gets its own. @throws OUTPUT_UNWRITABLE */
export const makeOwnDirectory = async (name: string, cwd = process.cwd()): Promise<string> => {
	const first = path.join(cwd, 'runs', `${name}-${stamp(new Date())}`);
	try {
		await makeFolders(path.dirname(first));
		for (let count = 1; ; count++) {
			const directory = count === 1 ? first : `${first}-${count}`;
			if (await makeNew(directory)) {
				return directory;
			}
		}
	} catch (error) {
		throw asUnwritable(first, error);
	}
};

/** The entries of a directory that a run left there, those included that it was killed over before they had their names. */
export const ownEntries = async (directory: string): Promise<readonly string[]> =>
	(await fs.readdir(directory)).filter(entry => ownNames.has(entry.replace(/^\.(?<name>.+)\.tmp$/u, '$<name>')));

/**
 * Makes the directory of a run before any data is read, and locks it: `out`, or a new one under `runs/`.
 *
 * @throws OUTPUT_EXISTS when it holds a run and `force` is not given, RUN_LOCKED, OUTPUT_UNWRITABLE when it cannot be made
 */
export const createRunDirectory = async ({out, name, force, cwd = process.cwd()}: {
	readonly out: string | undefined;
	readonly name: string;
	readonly force: boolean;
	readonly cwd?: string;
}): Promise<RunDirectory> => {
	const directory = out === undefined ? await makeOwnDirectory(name, cwd) : path.resolve(cwd, out);
	let lock: RunLock | undefined;
	try {
		await makeFolders(directory);
		lock = await lockRun(directory);
		const taken = await ownEntries(directory);
		if (taken.length > 0 && !force) {
			throw createError('OUTPUT_EXISTS', {path: directory});
		}

		await Promise.all(taken.map(async entry => fs.rm(path.join(directory, entry), {recursive: true})));
		const [parent, own] = [path.dirname(directory), path.basename(directory)];
		if (parent === path.resolve(cwd, 'runs') && own !== latestName) {
			await pointLatest(parent, own);
		}

		return {directory, lock};
	} catch (error) {
		await lock?.release();
		throw asUnwritable(directory, error);
	}
};

/** Locks the directory of a run that goes on. @throws RUN_UNREADABLE, CHECKPOINT_MISSING when the run ended before it began, RUN_LOCKED, OUTPUT_UNWRITABLE */
export const openRunDirectory = async (given: string): Promise<RunDirectory> => {
	let directory: string | undefined;
	try {
		directory = await fs.realpath(given);
		await fs.access(path.join(directory, 'lock.json'));
	} catch (error) {
		// What a run left that was ended before it had written what it was given.
		if (directory !== undefined && (await ownEntries(directory).catch(() => [])).length > 0) {
			throw createError('CHECKPOINT_MISSING', {path: checkpointFolder(directory)}, {cause: error});
		}

		throw runUnreadable(given, path.join(given, 'lock.json'), error);
	}

	try {
		return {directory, lock: await lockRun(directory)};
	} catch (error) {
		throw asUnwritable(directory, error);
	}
};

/** Lets `runs/latest` name the newest run of the folder `runs`. */
const pointLatest = async (parent: string, name: string): Promise<void> => {
	const link = path.join(parent, latestName);
	const temporary = path.join(parent, `.latest-${randomUUID()}`);
	await fs.symlink(name, temporary, 'junction');
	try {
		await fs.rename(temporary, link);
	} catch (error) {
		await fs.rm(temporary, {force: true});
		// A copy of a folder of runs may have made a folder of the link.
		throw hasCode(error, 'EISDIR')
			? createError('OUTPUT_UNWRITABLE', {path: link, reason: 'it is a folder where the link to the newest run belongs; move it away'}, {cause: error})
			: error;
	}
};
