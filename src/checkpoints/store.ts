import fs from 'node:fs/promises';
import path from 'node:path';
import {hit} from '../errors/failpoints.ts';
import {readRegular} from '../errors/regular-file.ts';
import {createError} from '../errors/threadloom-error.ts';
import {makeFolder, writeDurably} from './durable-write.ts';
import {decode, encodeParts, type Checkpoint} from './format.ts';

/** A checkpoint on disk. */
export interface StoredCheckpoint {
	readonly path: string;
	readonly bytes: number;
}

/** The checkpoints of one run, `step-N.ckpt` each; the newest valid one wins. */
export interface CheckpointStore {
	/**
	 * Writes the checkpoint durably and only then removes others: neither it, nor the newest `last`, nor those in `keep`,
	 * nor any that a file `step-N.ckpt.pin` beside it pins.
	 */
	readonly save: (checkpoint: Checkpoint, options: {readonly keep: readonly number[]; /** @default 1 */ readonly last?: number}) => Promise<StoredCheckpoint>;
	/** Steps of the files that are there, in ascending order. */
	readonly steps: () => Promise<readonly number[]>;
	readonly pathOf: (step: number) => string;
}

const pin = '.pin';
const pattern = /^step-(?<step>\d+)\.ckpt$/u;

/** Opens the folder of a run's checkpoints; the folder is made with the first save. */
export const createCheckpointStore = (folder: string): CheckpointStore => {
	const pathOf = (step: number): string => path.join(folder, `step-${step}.ckpt`);
	const steps = async (names?: readonly string[]): Promise<readonly number[]> => {
		const all = names ?? await fs.readdir(folder);
		return all
			.map(name => pattern.exec(name)?.groups?.['step'])
			.filter(step => step !== undefined)
			.map(Number)
			.toSorted((a, b) => a - b);
	};

	return {
		async save(checkpoint, {keep, last = 1}) {
			await makeFolder(folder);
			const {step} = checkpoint.header.progress;
			const file = pathOf(step);
			const bytes = await writeDurably(file, encodeParts(checkpoint), {appendDigest: true});
			hit('saved', {step});
			const names = await fs.readdir(folder);
			const there = await steps(names);
			const kept = new Set([step, ...keep, ...there.slice(-last)]);
			await Promise.all(there
				.filter(other => !kept.has(other) && !names.includes(`${path.basename(pathOf(other))}${pin}`))
				.map(async other => fs.rm(pathOf(other), {force: true})));
			return {path: file, bytes};
		},
		steps: async () => steps(),
		pathOf,
	};
};

/** Reads and verifies one checkpoint. @throws CHECKPOINT_INVALID */
export const readCheckpoint = async (file: string): Promise<Checkpoint> => {
	let bytes: Uint8Array;
	try {
		bytes = await readRegular(file, {followsLinks: false});
	} catch (error) {
		throw createError('CHECKPOINT_INVALID', {path: file, reason: error instanceof Error ? error.message : 'it cannot be read'}, {cause: error});
	}

	return decode(bytes, file);
};
