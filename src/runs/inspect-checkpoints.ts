import fs from 'node:fs/promises';
import type {Checkpoint} from '../checkpoints/format.ts';
import {readCheckpoint} from '../checkpoints/store.ts';
import {hasCode} from '../errors/thrown.ts';
import {createError} from '../errors/threadloom-error.ts';
import {asThreadloomError} from '../errors/wire.ts';
import {checkpointsOf} from './choose-checkpoint.ts';
import {compareVectors, type VectorComparison} from './compare-training.ts';
import {digestOfParameters} from './parameters-digest.ts';
import {checkpointFolder} from './run-directory.ts';

/** One checkpoint file, read and verified. */
export interface InspectedCheckpoint {
	readonly path: string;
	readonly bytes: number;
	readonly isPinned: boolean;
	/** What is wrong with it; undefined when it is whole. */
	readonly fault: string | undefined;
	readonly header: Checkpoint['header'] | undefined;
	readonly parametersSha256: string | undefined;
}

/** The checkpoint files of a run directory, the newest last, or the file itself. @throws FILE_NOT_FOUND, CHECKPOINT_MISSING, RUN_UNREADABLE */
export const checkpointFiles = async (given: string): Promise<readonly string[]> => {
	const stats = await fs.stat(given).catch((error: unknown) => {
		if (hasCode(error, 'ENOENT')) {
			throw createError('FILE_NOT_FOUND', {path: given}, {cause: error});
		}

		return undefined; // Whoever reads it says why it cannot be read.
	});
	if (stats?.isDirectory() !== true) {
		return [given];
	}

	const {pathOf, steps} = await checkpointsOf(given);
	if (steps.length === 0) {
		throw createError('CHECKPOINT_MISSING', {path: checkpointFolder(given)});
	}

	return steps.map(step => pathOf(step)).reverse();
};

/** Reads a checkpoint and says what it is, or what is wrong with it. */
export const inspectCheckpoint = async (file: string): Promise<InspectedCheckpoint> => {
	const {size = 0} = await fs.stat(file).catch(() => ({size: 0}));
	const isPinned = await fs.access(`${file}.pin`).then(() => true).catch(() => false);
	const shared = {path: file, bytes: size, isPinned};
	try {
		const {header, tensors} = await readCheckpoint(file);
		return {...shared, fault: undefined, header, parametersSha256: digestOfParameters(tensors['parameters']!)};
	} catch (error) {
		const {details, message} = asThreadloomError(error);
		return {...shared, fault: String(details['reason'] ?? message), header: undefined, parametersSha256: undefined};
	}
};

/** Where two checkpoints differ, each a file or the newest of a run: in what their headers say, and in their vectors. @throws FILE_NOT_FOUND, CHECKPOINT_MISSING, CHECKPOINT_INVALID */
export const diffCheckpoints = async (first: string, second: string): Promise<{readonly fields: readonly string[]; readonly vectors: readonly VectorComparison[]}> => {
	const newestOf = async (given: string): Promise<Checkpoint> => readCheckpoint((await checkpointFiles(given)).at(-1)!);
	const [a, b] = [await newestOf(first), await newestOf(second)];
	const headers: ReadonlyArray<Readonly<Record<string, unknown>>> = [a.header, b.header];
	const fields = Object.keys({...headers[0], ...headers[1]}).filter(key => JSON.stringify(headers[0]![key]) !== JSON.stringify(headers[1]![key]));
	return {fields, vectors: Object.entries(a.tensors).map(([name, vector]) => compareVectors(name, vector, b.tensors[name]))};
};
