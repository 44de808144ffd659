import process from 'node:process';
import {createError, type ThreadloomError} from '../errors/threadloom-error.ts';
import {asThreadloomError} from '../errors/wire.ts';
import type {LoadedDefinition} from '../definition/load.ts';
import type {Gallery} from '../evaluation/report.ts';
import {writeReportJson, writeReportPages} from '../sinks/report/write.ts';
import {createReportCollector, type ReportCollector} from './collect-report.ts';
import {watchControlFile} from './control.ts';
import {createEventLog, type EventLog} from './event-log.ts';
import {versions} from './lock.ts';
import {openEventSinks} from './open-sinks.ts';
import {openFeed} from './open-feed.ts';
import type {Resumption} from './resumption.ts';
import type {RunDirectory} from './run-directory.ts';
import {streamRecords} from './stream-records.ts';
import {trainAndEvaluate} from './train-and-evaluate.ts';
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
	readonly collector: ReportCollector;
	readonly elapsed: () => number;
}

/** Executes a run in its directory, from the first byte or from a checkpoint to the report, and gives the directory free. */
export const executeRun = async (run: Run): Promise<RunResult> => {
	const {loaded: {definition, baseDirectory}, options, place: {directory, lock}, runId, seed, startedAt, resume, warnings} = run;
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
		const collector = createReportCollector({definition, directory, runId, seed, startedAt, versions: await versions()});
		if (resume !== undefined) {
			collector.goOn(resume.past);
		}

		const sinks = await openEventSinks(definition, {directory, baseDirectory, options, past: resume?.past.events ?? []});
		const log = createEventLog(sinks, {first: resume?.past.next ?? 0, onEvent: collector.event});
		for (const message of [...(lock.notice === undefined ? [] : [lock.notice]), ...warnings]) {
			log.emit({type: 'warning', message});
		}

		return await executeWithLog({
			...run, directory,
			signal: options.signal === undefined ? stopping.signal : AbortSignal.any([options.signal, stopping.signal]),
			collector,
			elapsed: () => (performance.now() - start) / 1000,
		}, log);
	} finally {
		stopWatching();
		await lock.release();
	}
};

const executeWithLog = async (run: Execution, log: EventLog): Promise<RunResult> => {
	const {loaded: {definition}, options, directory, signal, collector, elapsed} = run;
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
	log.emit({
		type: 'end', status, seconds: elapsed(), peakMemory: process.resourceUsage().maxRSS * 1024, versions: await versions(),
		...(fault !== undefined && {error: {code: fault.code, message: fault.message, ...(fault.hint !== undefined && {hint: fault.hint})}}),
	});
	const report = collector.report();
	let reportPath: string | undefined;
	try {
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
