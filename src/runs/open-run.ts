import fs from 'node:fs/promises';
import path from 'node:path';
import type {Checkpoint} from '../checkpoints/format.ts';
import {readCheckpoint} from '../checkpoints/store.ts';
import type {Definition} from '../definition/schema.ts';
import {createError} from '../errors/threadloom-error.ts';
import {asThreadloomError} from '../errors/wire.ts';
import type {RunReport} from '../evaluation/report.ts';
import {checkpointsOf} from './choose-checkpoint.ts';
import {readEffective} from './effective.ts';
import {readLock, type LockFile} from './lock.ts';
import {checkpointFolder} from './run-directory.ts';
import {readJson} from './run-file.ts';

/** A finished run on disk. */
export interface OpenedRun {
	readonly directory: string;
	/** Resolved, with the seed that the run had. */
	readonly definition: Definition;
	readonly seed: number;
	/** Folder of the definition that was run. */
	readonly baseDirectory: string;
	readonly lock: LockFile;
	readonly report: RunReport;
	/** The newest checkpoint that is whole, or the one asked for. */
	readonly checkpoint: Checkpoint;
}

/** Reads `report/report.json` of a run directory. @throws RUN_UNREADABLE */
export const readReport = async (directory: string): Promise<RunReport> => readJson(directory, path.join('report', 'report.json')) as Promise<RunReport>;

/** The checkpoint whose parameters the run evaluated: that of the best epoch when it was restored, else the newest valid one. */
const evaluatedCheckpoint = async (directory: string, report: RunReport, asked: string | undefined): Promise<Checkpoint> => {
	if (asked !== undefined) {
		return readCheckpoint(path.resolve(asked));
	}

	const {pathOf, steps} = await checkpointsOf(directory);
	const restored = report.history.find(({epoch}) => epoch === report.training?.restoredEpoch)?.step;
	const order = [...steps].toSorted((a, b) => Number(b === restored) - Number(a === restored) || b - a);
	let fault: unknown;
	for (const step of order) {
		try {
			return await readCheckpoint(pathOf(step));
		} catch (error) {
			fault ??= error;
		}
	}

	throw fault === undefined ? createError('CHECKPOINT_MISSING', {path: checkpointFolder(directory)}) : asThreadloomError(fault);
};

/** Opens a run directory. @throws RUN_UNREADABLE, CHECKPOINT_MISSING, CHECKPOINT_INVALID */
export const openRun = async (given: string, {checkpoint}: {readonly checkpoint?: string | undefined} = {}): Promise<OpenedRun> => {
	const directory = await fs.realpath(given).catch(() => path.resolve(given));
	const report = await readReport(directory);
	const lock = await readLock(directory);
	const definition = await readEffective(directory);
	return {
		directory,
		definition,
		seed: report.seed,
		baseDirectory: lock.baseDirectory,
		lock,
		report,
		checkpoint: await evaluatedCheckpoint(directory, report, checkpoint),
	};
};
