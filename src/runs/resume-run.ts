import type {LoadedDefinition} from '../definition/load.ts';
import type {Definition} from '../definition/schema.ts';
import type {RunReport} from '../evaluation/report.ts';
import {createControl} from './control.ts';
import {digestData} from './data-digests.ts';
import {executeRun} from './execute-run.ts';
import {readLock, withKept, type LockFile} from './lock.ts';
import {readEffective} from './effective.ts';
import {readReport} from './open-run.ts';
import {lacksEnd} from './past-events.ts';
import {openResumption} from './resumption.ts';
import {openRunDirectory} from './run-directory.ts';
import type {RunOptions, RunResult} from './types.ts';

/** What may be changed about a run that goes on, beside how it is run. */
export interface ResumeOptions extends RunOptions {
	/** A definition in place of the run's own: it must be the same in all that decides the numbers. */
	readonly loaded?: Pick<LoadedDefinition, 'definition' | 'baseDirectory'> | undefined;
	/** The checkpoint that the run goes on from. @default the newest that is whole */
	readonly checkpoint?: string | undefined;
	/** Goes on though the package or an operator module has other code than before. @default false */
	readonly allowCodeChange?: boolean | undefined;
	/** Goes on though the definition says otherwise how long to train and which epoch to take. @default false */
	readonly allowDefinitionChange?: boolean | undefined;
	/** Another number of epochs. */
	readonly epochs?: number | undefined;
	readonly workers?: number | 'auto' | undefined;
}

/** The report of a run that came to its end and told it: there is nothing left to do. */
const completeReport = async (directory: string, {training}: Definition): Promise<RunReport | undefined> => {
	const report = await readReport(directory).catch(() => undefined);
	const isOver = report?.training?.stopped === 'earlyStopping' || (report?.training?.epochs ?? 0) >= (training?.epochs ?? 0);
	return report?.status === 'completed' && isOver && !await lacksEnd(directory).catch(() => false) ? report : undefined;
};

/** The run's own definition, or the one given, with the run's seed and what was chosen for it. */
const definitionOf = (before: Definition, {loaded, epochs, workers}: ResumeOptions, {seed}: LockFile): Definition => {
	const given = loaded?.definition ?? before;
	return {
		...given,
		seed: given.seed ?? seed,
		...(given.training && {training: {...given.training, ...(epochs !== undefined && {epochs}), ...(workers !== undefined && {workers})}}),
	};
};

/**
 * Goes on with a run that was stopped, by whatever, from its newest checkpoint that is whole: with the same parameters,
 * metrics and later checkpoints, bit for bit, as if it had never been. A run that is complete is left as it is.
 *
 * @throws RUN_UNREADABLE, RUN_LOCKED, CHECKPOINT_MISSING, CHECKPOINTS_UNUSABLE, RESUME_REFUSED and all that a run may
 */
export const resumeRun = async (given: string, {checkpoint, allowCodeChange, allowDefinitionChange, ...options}: ResumeOptions = {}): Promise<RunResult> => {
	const place = await openRunDirectory(given);
	const {directory} = place;
	try {
		const before = await readEffective(directory);
		const lock = await readLock(directory);
		const definition = definitionOf(before, options, lock);
		const report = await completeReport(directory, definition);
		if (report !== undefined) {
			return {directory, status: 'completed', report, reportPath: undefined, hasTest: definition.data.test !== undefined, isAlreadyComplete: true};
		}

		const baseDirectory = options.loaded?.baseDirectory ?? lock.baseDirectory;
		const data = await digestData(definition, baseDirectory);
		const warnings: string[] = [];
		const resume = await openResumption(directory, {
			runId: lock.runId,
			// Epochs that were asked for are a change that is wanted.
			before: options.epochs === undefined || before.training === undefined ? before : {...before, training: {...before.training, epochs: options.epochs}},
			now: definition,
			baseDirectory,
			data,
			checkpoint, allowCodeChange, allowDefinitionChange,
			maxSteps: options.maxSteps,
			onWarning(message) {
				warnings.push(message);
			},
		});
		const engine = resume.checkpoint.header.engine.name as NonNullable<Definition['training']>['engine'];
		return await executeRun({
			loaded: {definition: {...definition, training: {...definition.training!, engine}}, baseDirectory},
			options: {
				control: createControl(),
				...withKept(options, lock),
			},
			seed: definition.seed!,
			place,
			runId: lock.runId,
			startedAt: lock.startedAt,
			data,
			resume,
			warnings,
			written: Promise.resolve(),
		});
	} finally {
		await place.lock.release();
	}
};
