import fs from 'node:fs/promises';
import path from 'node:path';
import {createError} from '../errors/threadloom-error.ts';
import {writeDurably} from './durable-write.ts';
import {decode, encodeParts, type Checkpoint} from './format.ts';

/** A checkpoint on disk. */
export interface StoredCheckpoint {
	readonly path: string;
	readonly bytes: number;
}

/** The checkpoints of one run, `step-N.ckpt` each; the newest valid one wins. */
export interface CheckpointStore {
	/** Writes the checkpoint durably, then removes those that are neither it nor in `keep`. */
	readonly save: (checkpoint: Checkpoint, options: {readonly keep: readonly number[]}) => Promise<StoredCheckpoint>;
	/** Steps of the files that are there, in ascending order. */
	readonly steps: () => Promise<readonly number[]>;
	readonly pathOf: (step: number) => string;
}

const pattern = /^step-(?<step>\d+)\.ckpt$/u;

/** Opens the folder of a run's checkpoints; the folder is made with the first save. */
export const createCheckpointStore = (folder: string): CheckpointStore => {
	const pathOf = (step: number): string => path.join(folder, `step-${step}.ckpt`);
	const steps = async (): Promise<readonly number[]> => {
		const names = await fs.readdir(folder);
		return names
			.map(name => pattern.exec(name)?.groups?.['step'])
			.filter(step => step !== undefined)
			.map(Number)
			.toSorted((a, b) => a - b);
	};

	return {
		async save(checkpoint, {keep}) {
			await fs.mkdir(folder, {recursive: true});
			const {step} = checkpoint.header.progress;
			const file = pathOf(step);
			const bytes = await writeDurably(file, encodeParts(checkpoint), {appendDigest: true});
			const others = await steps();
			await Promise.all(others
				.filter(other => other !== step && !keep.includes(other))
				.map(async other => fs.rm(pathOf(other), {force: true})));
			return {path: file, bytes};
		},
		steps,
		pathOf,
	};
};

/** Reads and verifies one checkpoint. @throws CHECKPOINT_INVALID */
export const readCheckpoint = async (file: string): Promise<Checkpoint> => {
	let bytes: Uint8Array;
	try {
		bytes = await fs.readFile(file);
	} catch (error) {
		throw createError('CHECKPOINT_INVALID', {path: file, reason: error instanceof Error ? error.message : 'it cannot be read'}, {cause: error});
	}

	return decode(bytes, file);
};
