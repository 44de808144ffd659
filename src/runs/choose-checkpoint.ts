import path from 'node:path';
import type {Checkpoint} from '../checkpoints/format.ts';
import {createCheckpointStore, readCheckpoint} from '../checkpoints/store.ts';
import {hasCode, messageOf} from '../errors/thrown.ts';
import {createError, type ThreadloomError} from '../errors/threadloom-error.ts';
import {asThreadloomError} from '../errors/wire.ts';
import type {State} from '../pool/state.ts';
import {checkpointFolder} from './run-directory.ts';

/** A checkpoint that a run can go on from. */
export interface ChosenCheckpoint {
	readonly path: string;
	readonly checkpoint: Checkpoint;
	/** State of the best epoch, when it may be restored. */
	readonly best: State | undefined;
	/** What was wrong with newer ones. */
	readonly warnings: readonly string[];
}

/** Why a folder of checkpoints gives none: one that may not be read is there, and nobody should start again for it. */
const noCheckpoints = (folder: string, error: unknown): ThreadloomError => (hasCode(error, 'ENOENT') || hasCode(error, 'ENOTDIR')
	? createError('CHECKPOINT_MISSING', {path: folder}, {cause: error})
	: createError('RUN_UNREADABLE', {path: folder, reason: messageOf(error)}, {cause: error}));

/** The steps of a run's checkpoints, the newest first, and where they lie. @throws CHECKPOINT_MISSING, RUN_UNREADABLE */
export const checkpointsOf = async (directory: string): Promise<{readonly pathOf: (step: number) => string; readonly steps: readonly number[]}> => {
	const folder = checkpointFolder(directory);
	const store = createCheckpointStore(folder);
	try {
		return {pathOf: store.pathOf, steps: [...await store.steps()].reverse()};
	} catch (error) {
		throw noCheckpoints(folder, error);
	}
};

/** Reads the checkpoint of the best epoch that another one speaks of. */
const bestOf = async ({header: {progress: {step, monitor: {best}}}, tensors}: Checkpoint, pathOf: (step: number) => string): Promise<State | undefined> => {
	if (best === undefined) {
		return undefined;
	}

	return best.step === step ? tensors : (await readCheckpoint(pathOf(best.step))).tensors;
};

/**
 * Reads the newest checkpoint of a run that is whole, or the one that is asked for. One that was to be restored from the
 * best epoch (`restoresBest`) counts only when that epoch's is whole too.
 *
 * @throws CHECKPOINT_MISSING, RUN_UNREADABLE, CHECKPOINTS_UNUSABLE, CHECKPOINT_INVALID of the one that was asked for
 */
export const chooseCheckpoint = async (directory: string, {asked, restoresBest}: {readonly asked?: string | undefined; readonly restoresBest: boolean}): Promise<ChosenCheckpoint> => {
	const {pathOf, steps} = await checkpointsOf(directory);
	const files = asked === undefined ? steps.map(step => pathOf(step)) : [path.resolve(asked)];
	const faults: string[] = [];
	for (const file of files) {
		try {
			const checkpoint = await readCheckpoint(file);
			let best: State | undefined;
			try {
				best = await bestOf(checkpoint, pathOf);
			} catch (error) {
				if (restoresBest) {
					throw error;
				}
			}

			return {path: file, checkpoint, best, warnings: faults};
		} catch (error) {
			if (asked !== undefined) {
				throw error;
			}

			faults.push(asThreadloomError(error).message);
		}
	}

	const folder = checkpointFolder(directory);
	throw faults.length === 0
		? createError('CHECKPOINT_MISSING', {path: folder})
		: createError('CHECKPOINTS_UNUSABLE', {path: folder, count: faults.length, newest: faults[0]!});
};
