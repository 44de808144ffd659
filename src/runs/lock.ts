import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import * as z from 'zod';
import {writeDurably} from '../checkpoints/durable-write.ts';
import type {Definition} from '../definition/schema.ts';
import {buildOf} from './build.ts';
import {essenceDigest} from './essence.ts';
import {packageFacts} from './package-facts.ts';
import {readChecked} from './run-file.ts';
import type {RunOptions} from './types.ts';

/** What decides a run's numbers, as `lock.json` has it. */
const lockSchema = z.object({
	runId: z.string(),
	seed: z.int().nonnegative(),
	startedAt: z.string(),
	/** Digest of all that decides the numbers in the definition. */
	definition: z.string(),
	baseDirectory: z.string(),
	dataDirectory: z.string().optional(),
	operatorDirectories: z.array(z.string()),
	allowTrailing: z.boolean().optional(),
	/** What was asked for; all, where it is not said. */
	phases: z.object({train: z.boolean(), evaluate: z.boolean(), report: z.boolean()}).optional(),
	/** Sha256 by path. */
	data: z.record(z.string(), z.string()),
	operators: z.record(z.string(), z.string()).optional(),
	/** Code that was other when the run went on, and was allowed. */
	changes: z.array(z.object({step: z.int().nonnegative(), change: z.string()})).optional(),
	build: z.string(),
	dependencies: z.record(z.string(), z.string()),
	versions: z.record(z.string(), z.string()),
	argv: z.array(z.string()),
});
export type LockFile = z.infer<typeof lockSchema>;

/** Versions of all that can change a run's numbers. */
export const versions = async (): Promise<Readonly<Record<string, string>>> => ({
	threadloom: (await packageFacts()).version,
	node: process.versions.node,
	platform: `${process.platform} ${process.arch}`,
	processor: os.cpus()[0]?.model ?? 'unknown',
});

const name = 'lock.json';

const toText = (lock: unknown): string => `${JSON.stringify(lock, undefined, '\t')}\n`;

/** A folder, wherever the run goes on. */
const fixed = (folder: string | undefined): string | undefined => folder && path.resolve(folder);

/** Writes `lock.json`. @throws WRITE_FAILED */
export const writeLock = async (directory: string, {definition, dataDirectory, operatorDirectories, argv, ...facts}: Omit<LockFile, 'definition' | 'build' | 'dependencies' | 'versions' | 'operatorDirectories' | 'argv' | 'dataDirectory' | 'allowTrailing' | 'phases'> & {
	readonly definition: Definition;
	readonly dataDirectory: string | undefined;
	readonly allowTrailing: boolean | undefined;
	readonly phases: RunOptions['phases'];
	readonly operatorDirectories: readonly string[];
	readonly argv: readonly string[];
}): Promise<void> => {
	const {dependencies} = await packageFacts();
	await writeDurably(path.join(directory, name), [Buffer.from(toText({
		...facts, definition: essenceDigest(definition), dataDirectory: fixed(dataDirectory), operatorDirectories, build: await buildOf(), dependencies, versions: await versions(), argv,
	}))]);
};

/** Adds to `lock.json` what is known once the stream is open, and what a run that goes on was told anew of its data. @throws WRITE_FAILED */
export const addToLock = async (directory: string, {operators, changes, options: {dataDirectory, allowTrailing, allowOperators}, baseDirectory}: {
	readonly operators: Readonly<Record<string, string>>;
	readonly changes: NonNullable<LockFile['changes']>;
	readonly options: Pick<RunOptions, 'dataDirectory' | 'allowTrailing' | 'allowOperators'>;
	/** Of the definition that a run goes on with. */
	readonly baseDirectory?: string | undefined;
}): Promise<void> => {
	const lock = await readLock(directory);
	const all = [...lock.changes ?? [], ...changes];
	await writeDurably(path.join(directory, name), [Buffer.from(toText({
		...lock, baseDirectory: baseDirectory ?? lock.baseDirectory, dataDirectory: fixed(dataDirectory), allowTrailing, operatorDirectories: allowOperators ?? lock.operatorDirectories, operators, ...(all.length > 0 && {changes: all}),
	}))]);
};

/** Reads `lock.json`. @throws RUN_UNREADABLE */
export const readLock = async (directory: string): Promise<LockFile> => readChecked(directory, name, lockSchema);

/** What a run was told of its data and phases, where it is not told again. */
export const withKept = (options: RunOptions, {dataDirectory, operatorDirectories, allowTrailing, phases}: LockFile): RunOptions => ({
	...options,
	dataDirectory: options.dataDirectory ?? dataDirectory,
	allowOperators: options.allowOperators ?? operatorDirectories,
	allowTrailing: options.allowTrailing ?? allowTrailing,
	phases: options.phases ?? phases,
});
