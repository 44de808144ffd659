import {createHash} from 'node:crypto';
import {readFile} from 'node:fs/promises';
import os from 'node:os';

/** The package's version, from its package.json. */
export const packageVersion = async (): Promise<string> => {
	const {version} = JSON.parse(await readFile(new URL('../../../package.json', import.meta.url), 'utf8')) as {version: string};
	return version;
};

/** Versions of all that can change a run's numbers. */
export const versions = async (): Promise<Readonly<Record<string, string>>> => ({
	threadloom: await packageVersion(),
	node: process.versions.node,
	platform: `${process.platform} ${process.arch}`,
	processor: os.cpus()[0]?.model ?? 'unknown',
});

/** sha256 of a value's JSON, its keys in a fixed order. */
export const digestOfJson = (value: unknown): string => createHash('sha256').update(JSON.stringify(sorted(value))).digest('hex');

const sorted = (value: unknown): unknown => {
	if (Array.isArray(value)) {
		return value.map(element => sorted(element));
	}

	if (typeof value === 'object' && value !== null) {
		return Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([key, element]) => [key, sorted(element)]));
	}

	return value;
};
