import {createError, type ThreadloomError} from '../errors/threadloom-error.ts';
import {asThreadloomError} from '../errors/wire.ts';
import type {LoadedDefinition} from '../definition/load.ts';
import type {Gallery, RunReport} from '../evaluation/report.ts';
import {writeReportJson, writeReportPages} from '../sinks/report/write.ts';
import {watchControlFile} from './control.ts';
import {createEventLog, type EventLog} from './event-log.ts';
import {versions} from './lock.ts';
import {openEventSinks} from './open-sinks.ts';
import {openFeed} from './open-feed.ts';
import type {ReportParts} from './report-data.ts';
import type {Resumption} from './resumption.ts';
import type {RunDirectory} from './run-directory.ts';
import {streamRecords} from './stream-records.ts';
import {peakMemory, trainAndEvaluate} from './train-and-evaluate.ts';
import type {RunOptions, RunResult} from './types.ts';

/** What the parts of one run share. */
export interface Run {
	readonly loaded: Pick<LoadedDefinition, 'definition' | 'baseDirectory'>;
	readonly options: RunOptions;
	readonly seed: number;
	readonly place: RunDirectory;
	readonly runId: string;
	readonly startedAt: string;
	/** Sha256 of the local files that are trained on, as far as they are known beforehand. */
	readonly data: Readonly<Record<string, string>>;
	readonly resume: Resumption | undefined;
	/** What is to be told before anything else. */
	readonly warnings: readonly string[];
}

interface Execution extends Run {
	readonly directory: string;
	/** Of the caller, or of the control file. */
	readonly signal: AbortSignal;
	readonly parts: ReportParts;
	readonly elapsed: () => number;
}

/** Executes a run in its directory, from the first byte or from a checkpoint to the report, and gives the directory free. */
export const executeRun = async (run: Run): Promise<RunResult> => {
	const {loaded: {definition, baseDirectory}, options, place: {directory, lock}, resume, warnings} = run;
	const stopping = new AbortController();
	const stopWatching = watchControlFile(directory, {
		checkpoint() {
			options.control?.checkpoint();
		},
		stop() {
			stopping.abort(createError('TERMINATED', {signal: 'its control file'}));
		},
	});
	const start = performance.now();
	try {
		const past = resume?.past.events ?? [];
		const log = createEventLog(await openEventSinks(definition, {directory, baseDirectory, options, past}), {first: resume?.past.next ?? 0});
		for (const message of [...(lock.notice === undefined ? [] : [lock.notice]), ...warnings]) {
			log.emit({type: 'warning', message});
		}

		return await executeWithLog({
			...run, directory,
			signal: options.signal === undefined ? stopping.signal : AbortSignal.any([options.signal, stopping.signal]),
			parts: {},
			elapsed: () => (performance.now() - start) / 1000,
		}, log);
	} finally {
		stopWatching();
		await lock.release();
	}
};

const executeWithLog = async (run: Execution, log: EventLog): Promise<RunResult> => {
	const {loaded: {definition}, options, directory, signal} = run;
	let fault: ThreadloomError | undefined;
	let gallery: Gallery | undefined;
	let result: unknown;
	try {
		if (definition.model === undefined) {
			result = await Promise.race([log.failed, streamRecords({...run, emit: log.emit})]);
		} else {
			const feed = await openFeed({...run, onEvent: log.emit});
			try {
				gallery = await Promise.race([log.failed, trainAndEvaluate({...run, definition, feed, emit: log.emit, sync: log.sync})]);
			} finally {
				await feed.close();
			}
		}
	} catch (error) {
		fault = asThreadloomError(error);
	}

	const status = signal.aborted ? 'interrupted' : (fault === undefined ? 'completed' : 'failed');
	const report = await finishReport(run, status, fault);
	let reportPath: string | undefined;
	try {
		log.emit({type: 'end', status, seconds: report.timing.seconds, ...(report.error && {error: report.error})});
		await writeReportJson(directory, report);
		if ((options.phases?.report ?? true) && definition.model !== undefined && definition.sinks.some(({name}) => name === 'report')) {
			reportPath = await writeReportPages(directory, report, gallery);
		}

		await log.close();
	} catch (error) {
		fault ??= asThreadloomError(error); // The first error wins.
	}

	if (fault !== undefined && !signal.aborted) {
		throw fault;
	}

	return {directory, status, report, reportPath, result};
};

const finishReport = async ({loaded: {definition}, directory, seed, runId, startedAt, parts, elapsed}: Execution, status: RunReport['status'], fault: ThreadloomError | undefined): Promise<RunReport> => ({
	history: [],
	steps: {every: 1, losses: []},
	evaluation: {},
	...parts,
	schemaVersion: 1,
	status,
	runId,
	name: definition.name,
	...(definition.description !== undefined && {description: definition.description}),
	seed,
	startedAt,
	versions: await versions(),
	...(fault !== undefined && {error: {code: fault.code, message: fault.message, ...(fault.hint !== undefined && {hint: fault.hint})}}),
	...(status !== 'completed' && definition.model !== undefined && {resume: `pipeline resume ${directory}`}),
	timing: {
		trainingSeconds: 0, evaluationSeconds: 0, waitShare: 0, samplesPerSecond: 0, laps: {},
		...parts.timing,
		seconds: elapsed(),
	},
	peakMemory: peakMemory(),
});
