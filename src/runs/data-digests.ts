import fs from 'node:fs/promises';
import path from 'node:path';
import type {Definition} from '../definition/schema.ts';
import {digestOfFile} from '../sources/digest-of-file.ts';

/** Larger files are read once by the stream and not twice; their digests are known after the first epoch. */
const maximumBytes = 2 ** 30;
const scheme = /^[a-z][a-z\d+.-]+:/iu;

/** Local files that a definition trains on and that no digest pins. */
const filesOf = ({data: {train}}: Definition, baseDirectory: string): readonly string[] => {
	const values: readonly unknown[] = 'images' in train ? [train.images, train.labels] : [];
	return values.filter(value => typeof value === 'string' && !scheme.test(value)).map(file => path.resolve(baseDirectory, file as string));
};

/** Sha256 of the local files that a definition trains on, by path; without those that are missing, cannot be read or are very large. */
export const digestData = async (definition: Definition, baseDirectory: string): Promise<Readonly<Record<string, string>>> => {
	const digests: Record<string, string> = {};
	for (const file of filesOf(definition, baseDirectory)) {
		// The stream says what is wrong with a file.
		const stats = await fs.stat(file).catch(() => undefined);
		if (stats?.isFile() === true && stats.size <= maximumBytes) {
			const digest = await digestOfFile(file).catch(() => undefined);
			if (digest !== undefined) {
				digests[file] = digest;
			}
		}
	}

	return digests;
};
