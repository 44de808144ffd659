import {randomUUID} from 'node:crypto';
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import * as z from 'zod';
import {hasCode} from '../errors/thrown.ts';
import {createError, type ThreadloomError} from '../errors/threadloom-error.ts';

/** Who uses a run directory. */
const holderSchema = z.object({
	pid: z.int(),
	host: z.string(),
	/** Of the operating system since it was started; a number of a process means nothing after that. */
	boot: z.string(),
	/** When the process began, in the kernel's own count; another process may have the same number later. */
	began: z.string(),
	since: z.string(),
});
type Holder = z.infer<typeof holderSchema>;

/** The sole use of a run directory. */
export interface RunLock {
	/** Says whose lock was taken over, because that process is gone. */
	readonly notice: string | undefined;
	readonly release: () => Promise<void>;
}

const lockName = '.lock';

/** The text of a file; none where it is not there or cannot be read. */
const read = async (file: string): Promise<string> => fs.readFile(file, 'utf8').catch(() => '');

/** The text of a lock, if there is one. What nobody will ever give back is no lock: a folder, a link, what may not be read. */
const textOf = async (file: string): Promise<string | undefined> => {
	try {
		if (!(await fs.lstat(file)).isFile()) {
			throw createError('OUTPUT_UNWRITABLE', {path: file, reason: 'it stands where the lock of the run belongs, and is no file'});
		}

		return await fs.readFile(file, 'utf8');
	} catch (error) {
		if (hasCode(error, 'ENOENT')) {
			return undefined;
		}

		throw error;
	}
};

/** Where the kernel tells it: since which of its ticks the process runs. */
const beganOf = async (pid: number): Promise<string> => {
	const text = await read(`/proc/${pid}/stat`);
	// The name of the program stands in parentheses and may hold anything.
	return text.slice(text.lastIndexOf(')') + 1).trim().split(' ')[19] ?? '';
};

const bootOf = async (): Promise<string> => (await read('/proc/sys/kernel/random/boot_id')).trim();

const isRunning = (pid: number): boolean => {
	try {
		process.kill(pid, 0);
		return true;
	} catch (error) {
		// Somebody else's process may not be sent signals, but it is there.
		return hasCode(error, 'EPERM');
	}
};

/** A lock of another host cannot be judged: it counts. */
const isLive = async ({pid, host, boot, began}: Holder): Promise<boolean> => {
	if (host !== os.hostname()) {
		return true;
	}

	return boot === await bootOf() && isRunning(pid) && began === await beganOf(pid);
};

const holderIn = (text: string): Holder | undefined => {
	try {
		return holderSchema.parse(JSON.parse(text));
	} catch {
		// A lock that was cut off while it was written belongs to nobody.
		return undefined;
	}
};

/** Creates the file with its contents at once, or finds it there. */
const create = async (file: string, contents: string): Promise<boolean> => {
	const temporary = `${file}.${randomUUID()}`;
	await fs.writeFile(temporary, contents, {flag: 'wx'});
	try {
		await fs.link(temporary, file);
		return true;
	} catch (error) {
		if (hasCode(error, 'EEXIST')) {
			return false;
		}

		throw error;
	} finally {
		await fs.rm(temporary, {force: true});
	}
};

/** Takes a lock file, or throws what `refuse` makes of the one who has it. Gives whose lock was taken over, if it was stale. */
const take = async (file: string, contents: string, refuse: (holder: Holder) => Error): Promise<Holder | 'broken' | undefined> => {
	for (;;) {
		if (await create(file, contents)) {
			return undefined;
		}

		const found = await textOf(file);
		if (found === undefined) {
			continue; // It was given back meanwhile.
		}

		const holder = holderIn(found);
		if (holder !== undefined && await isLive(holder)) {
			throw refuse(holder);
		}

		// Several may find it stale; one at a time may replace it, and only while it still is what was found.
		const turn = `${file}.next`;
		await take(turn, contents, refuse);
		try {
			if (await textOf(file) === found) {
				const temporary = `${file}.${randomUUID()}`;
				await fs.writeFile(temporary, contents, {flag: 'wx'});
				await fs.rename(temporary, file);
				return holder ?? 'broken';
			}
		} finally {
			await fs.rm(turn, {force: true});
		}
	}
};

const describe = (from: Holder | 'broken'): string => (from === 'broken'
	? 'the lock of the run directory was broken and is taken over'
	: `process ${from.pid}, which used the run directory since ${from.since}, is gone; its lock is taken over`);

/** RUN_LOCKED, with who has the lock. */
export const runLocked = (directory: string, {pid, host, since}: Pick<Holder, 'pid' | 'host' | 'since'>): ThreadloomError =>
	createError('RUN_LOCKED', {path: directory, pid, host, since, isElsewhere: host !== os.hostname()});

/**
 * Takes a run directory for this process alone. The lock of a process that is gone is taken over, with a notice.
 *
 * @throws RUN_LOCKED when another process uses it
 */
export const lockRun = async (directory: string): Promise<RunLock> => {
	const file = path.join(directory, lockName);
	const own: Holder = {
		pid: process.pid, host: os.hostname(), boot: await bootOf(), began: await beganOf(process.pid), since: new Date().toISOString(),
	};
	const contents = `${JSON.stringify(own)}\n`;
	const from = await take(file, contents, holder => runLocked(directory, holder));
	return {
		notice: from && describe(from),
		async release() {
			if (await textOf(file).catch(() => undefined) === contents) {
				await fs.rm(file, {force: true});
			}
		},
	};
};

const holderFound = async (directory: string): Promise<Holder | undefined> => holderIn(await textOf(path.join(directory, lockName)).catch(() => undefined) ?? '');

/** Whether a run uses a directory, or was killed while it did. */
export const isLocked = async (directory: string): Promise<boolean> => await holderFound(directory) !== undefined;

/** Who uses a run directory now; undefined when nobody does. */
export const holderOfRun = async (directory: string): Promise<Pick<Holder, 'pid' | 'host' | 'since'> | undefined> => {
	const holder = await holderFound(directory);
	return holder !== undefined && await isLive(holder) ? holder : undefined;
};
