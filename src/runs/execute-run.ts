import process from 'node:process';
import {createError, ThreadloomError} from '../errors/threadloom-error.ts';
import {asThreadloomError} from '../errors/wire.ts';
import type {LoadedDefinition} from '../definition/load.ts';
import type {Gallery, RunReport} from '../evaluation/report.ts';
import {writeReportJson, writeReportPages} from '../sinks/report/write.ts';
import {createReportCollector, type ReportCollector} from './collect-report.ts';
import {watchControlFile} from './control.ts';
import {createEventLog, type EventLog} from './event-log.ts';
import {versions} from './lock.ts';
import {openEventSinks, openOwnSinks, sinkContext} from './open-sinks.ts';
import {openFeedAndWorkers} from './open-both.ts';
import {withPlaces, type Written} from './placed.ts';
import type {Resumption} from './resumption.ts';
import type {RunDirectory} from './run-directory.ts';
import {streamRecords} from './stream-records.ts';
import {trainAndEvaluate} from './train-and-evaluate.ts';
import {watchProcess} from './watch-process.ts';
import type {RunOptions, RunResult} from './types.ts';

/** What the parts of one run share. */
export interface Run {
	readonly loaded: Pick<LoadedDefinition, 'definition' | 'baseDirectory'> & Written;
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
	/** Resolves when the files lie in the directory that a run needs to go on. */
	readonly written: Promise<void>;
}

interface Execution extends Run {
	readonly directory: string;
	/** Of the caller, or of the control file. */
	readonly signal: AbortSignal;
	readonly loopLag: () => number;
	/** Ends the watch over the process: its end is the last that a run tells. */
	readonly stopWatch: () => void;
	/** Aborts when much of the memory that the process may take is used up. */
	readonly near: AbortSignal;
	readonly collector: ReportCollector;
	readonly elapsed: () => number;
	/** Why the sinks that the definition names are not open. */
	readonly refused: unknown;
}

/** Executes a run in its directory, from the first byte or from a checkpoint to the report, and gives the directory free. */
export const executeRun = async (run: Run): Promise<RunResult> => {
	const {loaded, options, place: {directory, lock}, runId, seed, startedAt, resume, warnings} = run;
	const {definition, baseDirectory} = loaded;
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
	const near = new AbortController();
	let stage = 'opening';
	let stopWatch = (): void => {};
	try {
		const collector = createReportCollector({definition, directory, runId, seed, startedAt, versions: await versions()});
		if (resume !== undefined) {
			collector.goOn(resume.past);
		}

		const context = sinkContext({directory, options, past: resume?.past.events ?? []});
		const own = await openOwnSinks(context, options);
		const [named] = await Promise.allSettled([withPlaces(loaded, async () => openEventSinks(definition, {baseDirectory, options, context}))]);
		const log = createEventLog([...own, ...(named.status === 'fulfilled' ? named.value : [])], {first: resume?.past.next ?? 0, deadlineMs: options.deadlineMs, onEvent(event) {
			collector.event(event);
			if (event.type === 'phase' && event.state === 'start') {
				stage = event.phase;
			}
		}});
		for (const message of [...(lock.notice === undefined ? [] : [lock.notice]), ...warnings]) {
			log.emit({type: 'warning', message});
		}

		const watch = watchProcess({
			maxMemory: options.maxMemory,
			stage: () => stage,
			onWarning(message) {
				log.emit({type: 'warning', message});
			},
			onNear() {
				near.abort();
			},
			onFull(error) {
				stopping.abort(error);
			},
		});
		stopWatch = watch.dispose;
		return await executeWithLog({
			...run, directory,
			signal: options.signal === undefined ? stopping.signal : AbortSignal.any([options.signal, stopping.signal]),
			loopLag: watch.loopLag,
			stopWatch,
			near: near.signal,
			collector,
			elapsed: () => (performance.now() - start) / 1000,
			refused: named.status === 'rejected' ? named.reason as unknown : undefined,
		}, log);
	} finally {
		stopWatching();
		stopWatch();
		await lock.release();
	}
};

const executeWithLog = async (run: Execution, log: EventLog): Promise<RunResult> => {
	const {loaded: {definition}, options, directory, collector, elapsed} = run;
	// A sink that failed ends the work as an interruption does: after a step, with a checkpoint.
	const broken = new AbortController();
	log.failed.catch((error: unknown) => {
		broken.abort(error);
	});
	const signal = AbortSignal.any([run.signal, broken.signal]);
	let fault: ThreadloomError | undefined;
	let gallery: Gallery | undefined;
	let result: unknown;
	try {
		if (run.refused !== undefined) {
			throw run.refused;
		}

		if (definition.model === undefined) {
			await run.written;
			result = await streamRecords({...run, signal, emit: log.emit});
		} else {
			const {feed, workers} = await openFeedAndWorkers({...run, signal, onEvent: log.emit});
			run.near.addEventListener('abort', () => {
				// Once it is closed, nothing hoards.
				feed.searchHoarders().catch(() => undefined);
			}, {once: true});
			try {
				gallery = await trainAndEvaluate({...run, signal, definition, feed, workers, emit: log.emit, sync: log.sync});
			} finally {
				await feed.close();
			}
		}
	} catch (error) {
		fault = asThreadloomError(error);
	}

	run.stopWatch();
	const isFull = run.signal.aborted && run.signal.reason instanceof ThreadloomError && run.signal.reason.code === 'MEMORY_EXHAUSTED';
	if (isFull || broken.signal.aborted) {
		fault = asThreadloomError(signal.reason); // It explains whatever else went wrong.
	}

	// An interruption promises a checkpoint: one that could not be written is a failure, whoever asked for the end.
	const isInterrupted = run.signal.aborted && !isFull && fault?.code !== 'WRITE_FAILED';
	const tellEnd = async (status: RunReport['status']): Promise<RunReport> => {
		log.emit({
			type: 'end', status, seconds: elapsed(), peakMemory: process.resourceUsage().maxRSS * 1024, versions: await versions(),
			...(fault !== undefined && {error: {code: fault.code, message: fault.message, ...(fault.hint !== undefined && {hint: fault.hint})}}),
		});
		const report = collector.report();
		await writeReportJson(directory, report);
		return report;
	};

	try {
		const report = await tellEnd(isInterrupted ? 'interrupted' : (fault === undefined ? 'completed' : 'failed'));
		const drawsPages = (options.phases?.report ?? true) && definition.model !== undefined && definition.sinks.some(({name}) => name === 'report');
		const reportPath = drawsPages ? await writeReportPages(directory, report, gallery) : undefined;
		await log.finish();
		if (fault === undefined || isInterrupted) {
			await log.close();
			return {directory, status: report.status, report, reportPath, hasTest: definition.data.test !== undefined, result};
		}
	} catch (error) {
		if (fault === undefined) {
			// What was told as completed is not.
			fault = asThreadloomError(error);
			await tellEnd('failed').catch(() => {});
		}
	}

	await log.close().catch(() => {}); // The first error wins.
	throw fault;
};
