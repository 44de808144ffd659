import fs from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import {makeFolders} from '../errors/make-folders.ts';
import {createError, ThreadloomError} from '../errors/threadloom-error.ts';
import {runUnreadable} from './run-file.ts';
import {lockRun, type RunLock} from './run-lock.ts';

/** What a run leaves in its directory; `--force` and `runs rm` remove these and nothing else. */
const ownNames: ReadonlySet<string> = new Set([
	'definition.yaml', 'effective.json', 'lock.json', 'events.ndjson', 'metrics.csv', 'checkpoints', 'report', 'rejected.ndjson', 'statistics.json', 'control',
]);

/** A directory that this process alone uses. */
export interface RunDirectory {
	readonly directory: string;
	readonly lock: RunLock;
}

const stamp = (date: Date): string => date.toISOString().replaceAll(/[-:]/gu, '').replace('T', '-').slice(0, 15);

/** Where a run goes that was not told where. */
export const defaultDirectory = (name: string, cwd = process.cwd()): string => path.join(cwd, 'runs', `${name}-${stamp(new Date())}`);

const asUnwritable = (directory: string, error: unknown): unknown => (error instanceof Error && !(error instanceof ThreadloomError) && 'code' in error
	? createError('OUTPUT_UNWRITABLE', {path: directory, reason: error.message}, {cause: error})
	: error);

/** The entries of a directory that a run left there. */
export const ownEntries = async (directory: string): Promise<readonly string[]> => (await fs.readdir(directory)).filter(entry => ownNames.has(entry));

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
	const directory = out === undefined ? defaultDirectory(name, cwd) : path.resolve(cwd, out);
	let lock: RunLock | undefined;
	try {
		await makeFolders(directory);
		lock = await lockRun(directory);
		const taken = await ownEntries(directory);
		if (taken.length > 0 && !force) {
			throw createError('OUTPUT_EXISTS', {path: directory});
		}

		await Promise.all(taken.map(async entry => fs.rm(path.join(directory, entry), {recursive: true})));
		if (out === undefined) {
			await pointLatest(path.dirname(directory), path.basename(directory));
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
			throw createError('CHECKPOINT_MISSING', {path: path.join(directory, 'checkpoints')}, {cause: error});
		}

		throw runUnreadable(given, given, error);
	}

	try {
		return {directory, lock: await lockRun(directory)};
	} catch (error) {
		throw asUnwritable(directory, error);
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
