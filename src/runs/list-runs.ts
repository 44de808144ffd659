import fs from 'node:fs/promises';
import path from 'node:path';
import {hasCode, messageOf} from '../errors/thrown.ts';
import {createError} from '../errors/threadloom-error.ts';
import {wholeEpochs} from '../evaluation/report.ts';
import {controlName} from './control.ts';
import {readLock} from './lock.ts';
import {readReport} from './open-run.ts';
import {ownEntries} from './run-directory.ts';
import {holderOfRun, isLocked, runLocked} from './run-lock.ts';

/** A run directory at a glance. */
export interface RunSummary {
	readonly directory: string;
	/** `running` while a process uses it, `stopped` when it ended without a word. */
	readonly status: 'running' | 'stopped' | 'completed' | 'failed' | 'interrupted';
	readonly startedAt: string;
	readonly seed: number;
	readonly epochs: number | undefined;
	readonly testAccuracy: number | undefined;
	readonly parametersSha256: string | undefined;
}

/** What is known of one run. @throws RUN_UNREADABLE */
export const summarizeRun = async (directory: string): Promise<RunSummary> => {
	const {startedAt, seed} = await readLock(directory);
	const [report, holder] = await Promise.all([readReport(directory).catch(() => undefined), holderOfRun(directory)]);
	return {
		directory,
		status: holder === undefined ? report?.status ?? 'stopped' : 'running',
		startedAt,
		seed,
		epochs: report && wholeEpochs(report.history),
		testAccuracy: report?.evaluation.test?.accuracy,
		parametersSha256: report?.parametersSha256,
	};
};

/** The runs in a folder, the newest first; what is no run is passed over, and a folder that is not there has none. @throws RUN_UNREADABLE */
export const listRuns = async (folder: string): Promise<readonly RunSummary[]> => {
	const entries = await fs.readdir(folder, {withFileTypes: true}).catch((error: unknown) => {
		if (hasCode(error, 'ENOENT')) {
			return [];
		}

		throw createError('RUN_UNREADABLE', {path: folder, reason: messageOf(error)}, {cause: error});
	});
	const runs = await Promise.all(entries
		.filter(entry => entry.isDirectory())
		.map(async ({name}) => summarizeRun(path.join(folder, name)).catch(() => undefined)));
	return runs.filter(run => run !== undefined).toSorted((a, b) => (a.startedAt < b.startedAt ? 1 : -1));
};

/** Changes what lies in a run directory. @throws RUN_UNWRITABLE */
const changing = async (directory: string, change: () => Promise<void>): Promise<void> => {
	try {
		await change();
	} catch (error) {
		throw createError('RUN_UNWRITABLE', {path: directory, reason: messageOf(error)}, {cause: error});
	}
};

/** Removes what a run left, and its directory when nothing else is in it. @throws RUN_UNREADABLE, RUN_LOCKED, RUN_UNWRITABLE */
export const removeRun = async (directory: string): Promise<void> => {
	// What was killed before it had written what it was given is known by its lock.
	if (!await isLocked(directory)) {
		await readLock(directory);
	}

	const holder = await holderOfRun(directory);
	if (holder !== undefined) {
		throw runLocked(directory, holder);
	}

	await changing(directory, async () => {
		const own = await ownEntries(directory);
		await Promise.all([...own, '.lock'].map(async entry => fs.rm(path.join(directory, entry), {recursive: true, force: true})));
	});
	// It may be named by a link, as `runs/latest` is.
	await fs.realpath(directory).then(async real => fs.rmdir(real)).catch(() => {}); // Somebody else's files are in it.
};

/** Asks a run that runs to end after its step. @throws RUN_UNREADABLE when nobody runs it, RUN_UNWRITABLE */
export const stopRun = async (directory: string): Promise<void> => {
	if (await holderOfRun(directory) === undefined) {
		throw createError('RUN_UNREADABLE', {path: directory, reason: 'no process runs it now', hasEnded: true});
	}

	await changing(directory, async () => {
		const file = path.join(directory, controlName);
		await fs.rm(file, {force: true}); // It may be anything, such as a pipe that nobody reads.
		await fs.writeFile(file, 'stop\n');
	});
};
