import {createHash, randomUUID} from 'node:crypto';
import fs from 'node:fs/promises';
import path from 'node:path';
import envPaths from 'env-paths';
import {makeFolders} from '../../errors/make-folders.ts';
import {messageOf} from '../../errors/thrown.ts';
import type {OnEvent} from '../../events/schema.ts';
import {readEntry} from './cache-entry.ts';

export interface CacheOptions {
	/** @default the system's folder for caches */
	readonly directory: string | undefined;
	/** What it may hold, in bytes. @default 10 GiB */
	readonly limit: number | undefined;
	readonly onEvent: OnEvent;
}

/** Takes a file that is not whole yet; it has no name that anyone would read. */
export interface CacheWriter {
	readonly write: (bytes: Uint8Array) => Promise<void>;
	/** Keeps the file under its digest, and makes room for it. */
	readonly commit: (sha256: string) => Promise<void>;
	/** Forgets the file, unless it was kept. */
	readonly discard: () => Promise<void>;
}

/** What an address gave last. */
export interface Remembered {
	readonly sha256: string;
	/** Strong ETag. */
	readonly etag?: string | undefined;
}

/**
 * Whole files by their digest, up to a limit; the one that was not used for longest goes first.
 *
 * Nothing that comes from elsewhere is part of a name: files are named by the sha256 of their content, what is
 * remembered of an address by the sha256 of the address. A cache that cannot be written to costs the cache, not the run.
 */
export interface Cache {
	readonly directory: string;
	readonly has: (sha256: string) => Promise<boolean>;
	/** The bytes of an entry; undefined when there is none. One that is damaged is removed, and there is none. */
	readonly open: (sha256: string, options: {readonly signal: AbortSignal}) => Promise<AsyncGenerator<Uint8Array, void> | undefined>;
	/** Starts an entry; undefined when it would not be kept. */
	readonly create: (bytes: number | undefined) => Promise<CacheWriter | undefined>;
	readonly recall: (address: string) => Promise<Remembered | undefined>;
	readonly remember: (address: string, remembered: Remembered) => Promise<void>;
}

const defaultLimit = 10 * 2 ** 30;
const abandonedAfter = 24 * 3600 * 1000;
const digestName = /^[\da-f]{64}$/u;

const sha256Of = (text: string): string => createHash('sha256').update(text).digest('hex');

/** Opens the cache; its folders are made when something is kept. */
export const createCache = ({directory = envPaths('threadloom', {suffix: ''}).cache, limit = defaultLimit, onEvent}: CacheOptions): Cache => {
	const files = path.join(directory, 'files');
	const addresses = path.join(directory, 'addresses');
	const partial = path.join(directory, 'partial');
	const fileOf = (sha256: string): string => path.join(files, sha256);
	let isBroken = false;

	/** A cache that fails is given up, with one word about it. */
	const giveUp = (error: unknown): void => {
		if (!isBroken) {
			isBroken = true;
			onEvent({type: 'warning', code: 'CACHE_FAILED', message: `The cache cannot be used: ${messageOf(error)}`});
		}
	};

	const attempt = async (work: () => Promise<void>): Promise<void> => {
		if (!isBroken) {
			try {
				await work();
			} catch (error) {
				giveUp(error);
			}
		}
	};

	/** Removes what was used longest ago until `bytes` more have room. */
	const makeRoom = async (bytes: number): Promise<void> => {
		const names = (await fs.readdir(files)).filter(name => digestName.test(name));
		const entries = await Promise.all(names.map(async name => {
			// Another process may remove it meanwhile.
			const stats = await fs.stat(fileOf(name)).catch(() => undefined);
			return {name, size: stats?.size ?? 0, used: stats?.atimeMs ?? 0};
		}));
		let held = entries.reduce((sum, {size}) => sum + size, 0);
		for (const {name, size} of entries.toSorted((a, b) => a.used - b.used)) {
			if (held + bytes <= limit) {
				return;
			}

			await fs.rm(fileOf(name), {force: true});
			held -= size;
		}
	};

	/** Removes what a process left that was ended in the middle. */
	const sweep = async (): Promise<void> => {
		for (const name of await fs.readdir(partial)) {
			const file = path.join(partial, name);
			const stats = await fs.stat(file).catch(() => undefined);
			if (stats !== undefined && Date.now() - stats.mtimeMs > abandonedAfter) {
				await fs.rm(file, {force: true});
			}
		}
	};

	const createWriter = async (): Promise<CacheWriter> => {
		await Promise.all([files, partial].map(async folder => makeFolders(folder, {mode: 0o700})));
		await sweep();
		const temporary = path.join(partial, randomUUID());
		const handle = await fs.open(temporary, 'wx', 0o600);
		let written = 0;
		let isOpen = true;

		const end = async (): Promise<void> => {
			if (isOpen) {
				isOpen = false;
				await handle.close();
				await fs.rm(temporary, {force: true});
			}
		};

		return {
			async write(bytes) {
				written += bytes.length;
				if (!isOpen) {
					return;
				}

				if (written > limit || isBroken) {
					await end();
					return;
				}

				await attempt(async () => handle.writeFile(bytes));
			},
			async commit(sha256) {
				if (!isOpen || isBroken) {
					return;
				}

				await attempt(async () => {
					await makeRoom(written);
					await handle.sync();
					// Whole seconds, so that marking a use later leaves the time of change alone.
					const now = Math.floor(Date.now() / 1000);
					await handle.utimes(now, now);
					await fs.rename(temporary, fileOf(sha256));
				});
			},
			discard: end,
		};
	};

	return {
		directory,
		async has(sha256) {
			return (await fs.stat(fileOf(sha256)).catch(() => undefined))?.isFile() ?? false;
		},
		open: async (sha256, {signal}) => readEntry(fileOf(sha256), sha256, {
			signal,
			onDamage(isRemoved) {
				onEvent({type: 'warning', code: 'CACHE_DAMAGED', message: `An entry of the cache is damaged and ${isRemoved ? 'was' : 'cannot be'} removed (${fileOf(sha256)})`});
			},
		}),
		async create(bytes) {
			if (limit === 0 || isBroken || (bytes !== undefined && bytes > limit)) {
				return undefined;
			}

			try {
				return await createWriter();
			} catch (error) {
				giveUp(error);
				return undefined;
			}
		},
		async recall(address) {
			try {
				const {sha256, etag} = JSON.parse(await fs.readFile(path.join(addresses, sha256Of(address)), 'utf8')) as Partial<Remembered>;
				return typeof sha256 === 'string' && digestName.test(sha256) ? {sha256, ...(typeof etag === 'string' && {etag})} : undefined;
			} catch {
				// Never kept, or damaged: then it is asked for again.
				return undefined;
			}
		},
		async remember(address, remembered) {
			await attempt(async () => {
				await makeFolders(addresses, {mode: 0o700});
				const temporary = path.join(partial, randomUUID());
				await fs.writeFile(temporary, JSON.stringify(remembered), {mode: 0o600});
				await fs.rename(temporary, path.join(addresses, sha256Of(address)));
			});
		},
	};
};
