import path from 'node:path';
import process from 'node:process';
import {loadDefinition, type FlagOverride, type LoadedDefinition} from '../definition/load.ts';
import {createError} from '../errors/threadloom-error.ts';
import type {RunOptions} from '../runs/types.ts';
import {parseDuration} from '../schema/duration.ts';
import {parseSize, sizeSchema} from '../schema/size.ts';
import type {Flags} from './flags.ts';

/** Flags that stand for a value of the definition, by the path of the value. */
const shortcuts: Readonly<Record<string, string>> = {
	name: 'name', seed: 'seed', engine: 'training.engine', workers: 'training.workers', epochs: 'training.epochs', memory: 'memory',
};

const overrideOf = (flag: string, path: string, given: string | number): FlagOverride => ({
	flag: `--${flag}`,
	path,
	value: flag === 'workers' && /^\d+$/u.test(String(given)) ? Number(given) : given,
});

/** Loads the definition that a command names, with its flags laid over it. */
export const loadFor = async (given: Parameters<typeof loadDefinition>[0], flags: Flags): Promise<LoadedDefinition> => loadDefinition(given, {
	profile: flags['profile'] as string | undefined,
	environment: process.env,
	sets: flags['set'] as readonly string[] | undefined,
	flags: Object.entries(shortcuts).flatMap(([flag, path]) => (flags[flag] === undefined ? [] : [overrideOf(flag, path, flags[flag] as string | number)])),
	unsets: flags['unset'] as readonly string[] | undefined,
});

/** Where data sets lie: the flag first, then the environment. */
export const dataDirectoryOf = (flags: Flags): string | undefined => {
	const given = flags['data-dir'] as string | undefined ?? process.env['THREADLOOM_DATA'];
	// A run keeps it, and may go on where something else lies at the same relative path.
	return given === undefined || given === '' ? undefined : path.resolve(given);
};

/** The cache of the environment. @throws USAGE */
const cacheOf = (): {readonly cacheDirectory?: string; readonly cacheBytes?: number} => {
	const {THREADLOOM_CACHE: directory, THREADLOOM_CACHE_SIZE: size} = process.env;
	const bytes = size === undefined || size === '' ? undefined : (size === '0' ? 0 : parseSize(size));
	if (bytes === undefined && size !== undefined && size !== '') {
		throw createError('USAGE', {reason: `THREADLOOM_CACHE_SIZE needs a size such as 10GiB, or 0. Received: ${size}`});
	}

	return {
		...(directory !== undefined && directory !== '' && {cacheDirectory: path.resolve(directory)}),
		...(bytes !== undefined && {cacheBytes: bytes}),
	};
};

/** What flags and environment say of where data comes from. */
export const dataOptionsOf = (flags: Flags): Pick<RunOptions, 'dataDirectory' | 'allowOperators' | 'allowTrailing' | 'network'> => ({
	dataDirectory: dataDirectoryOf(flags),
	allowOperators: (flags['allow-operators'] as readonly string[] | undefined)?.map(folder => path.resolve(folder)),
	allowTrailing: flags['allow-trailing'] as boolean | undefined,
	network: {offline: flags['offline'] === true, ...cacheOf()},
});

/** Bytes of a flag. @throws USAGE */
const bytesOf = (flags: Flags, name: string): number | undefined => {
	const given = flags[name] as string | undefined;
	if (given === undefined) {
		return undefined;
	}

	const bytes = sizeSchema.safeParse(/^\d+$/u.test(given) ? Number(given) : given);
	if (!bytes.success) {
		throw createError('USAGE', {reason: `--${name} needs a size such as 256MB. Received: ${given}`});
	}

	return bytes.data;
};

/** What the whole process may take, where that is given. @throws USAGE */
export const maxMemoryOf = (flags: Flags): Pick<RunOptions, 'maxMemory'> => ({maxMemory: bytesOf(flags, 'max-memory')});

/** What the stream of a run that is there may hold, where that is given. @throws USAGE */
export const memoryOf = (flags: Flags): Pick<RunOptions, 'memory'> => {
	const memory = bytesOf(flags, 'memory');
	return memory === undefined ? {} : {memory};
};

/** Milliseconds of `--max-time`. */
export const maxTimeOf = (flags: Flags): number | undefined => {
	const text = flags['max-time'] as string | undefined;
	return text === undefined ? undefined : parseDuration(text);
};

/** Steps of `--max-steps`. */
export const maxStepsOf = (flags: Flags): number | undefined => flags['max-steps'] as number | undefined;
