import fs from 'node:fs/promises';
import path from 'node:path';
import type {Definition} from '../definition/schema.ts';
import {makeTemporaryFolder} from '../errors/temporary-folder.ts';
import {buildOf} from './build.ts';
import {chooseCheckpoint} from './choose-checkpoint.ts';
import {compareTraining, type TrainingComparison} from './compare-training.ts';
import {digestData} from './data-digests.ts';
import {readLock, versions, withKept} from './lock.ts';
import {openRun} from './open-run.ts';
import {runPipeline} from './run-pipeline.ts';
import type {RunOptions} from './types.ts';

/** What came of training a run again. */
export interface Reproduction {
	/** Bit for bit; within `tolerance` of each vector's largest element; or neither. */
	readonly verdict: 'same' | 'close' | 'different';
	readonly tolerance: number;
	readonly comparison: TrainingComparison;
	/** What is not as it was, and may be the reason. */
	readonly changes: readonly string[];
}

const tolerance = 1e-3;

/** Trains a finished run again from its own definition, and compares steps and final state. @throws RUN_UNREADABLE and all that a run may */
export const reproduceRun = async (given: string, options: RunOptions): Promise<Reproduction> => {
	const {directory, definition, baseDirectory, report, lock} = await openRun(given);
	const {checkpoint: {header}} = await chooseCheckpoint(directory, {restoresBest: false});
	const engine = header.engine.name as NonNullable<Definition['training']>['engine'];
	const again = {...definition, sinks: [], training: {...definition.training!, engine}};
	const folder = await makeTemporaryFolder('threadloom-reproduce');
	try {
		const out = path.join(folder, 'run');
		const {report: other} = await runPipeline({definition: again, baseDirectory, file: directory, text: '', warnings: [], originOf: () => undefined}, {
			...withKept(options, lock), out, maxSteps: report.training?.steps, phases: {train: true, evaluate: false, report: false},
		});
		options.signal?.throwIfAborted();
		const comparison = await compareTraining(directory, out);
		const isClose = comparison.vectors.every(({difference}) => difference <= tolerance);
		const now: Readonly<Record<string, string>> = {...await versions(), build: await buildOf(), ...await digestData(definition, baseDirectory), ...(await readLock(out)).operators, family: other.training?.family ?? ''};
		const before: Readonly<Record<string, string | undefined>> = {...lock.versions, build: lock.build, ...lock.data, ...lock.operators, family: report.training?.family};
		return {
			verdict: comparison.isSame ? 'same' : (isClose ? 'close' : 'different'),
			tolerance,
			comparison,
			changes: Object.keys(now).filter(key => before[key] !== now[key]).map(key => `${key} was ${before[key] ?? 'absent'} and is ${now[key]}`),
		};
	} finally {
		await fs.rm(folder, {recursive: true, force: true});
	}
};
