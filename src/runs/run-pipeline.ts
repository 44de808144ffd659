import {randomInt, randomUUID} from 'node:crypto';
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type {LoadedDefinition} from '../definition/load.ts';
import type {ThreadloomError} from '../errors/threadloom-error.ts';
import {asThreadloomError} from '../errors/wire.ts';
import type {Gallery, RunReport} from '../evaluation/report.ts';
import {writeReportJson, writeReportPages} from '../sinks/report/write.ts';
import {createEventLog, type EventLog} from './event-log.ts';
import {digestOfJson, versions} from './lock.ts';
import {openEventSinks} from './open-sinks.ts';
import {openFeed} from './open-feed.ts';
import {createRunDirectory} from './run-directory.ts';
import {streamRecords} from './stream-records.ts';
import {peakMemory, trainAndEvaluate, type ReportParts} from './train-and-evaluate.ts';
import type {RunOptions, RunResult} from './types.ts';

/** Seeds that a run chooses itself are below this, so that they are easy to type. */
const seedLimit = 2 ** 31;

/**
 * Runs a definition from the first byte to the report.
 *
 * A definition without a model streams its records into its sinks. However a run ends, `report/report.json` says so;
 * then the error, if any, goes to the caller.
 */
export const runPipeline = async (loaded: LoadedDefinition, options: RunOptions = {}): Promise<RunResult> => {
	const {definition} = loaded;
	const {smoke = false, signal = new AbortController().signal} = options;
	const start = performance.now();
	const seed = definition.seed ?? randomInt(seedLimit);
	const directory = await createRunDirectory({
		// A smoke test writes all that a run does, where nobody keeps it.
		out: smoke ? await fs.mkdtemp(path.join(os.tmpdir(), 'threadloom-smoke-')) : options.out,
		name: definition.name,
		force: options.force ?? false,
	});
	const run: Run = {
		loaded, options, seed, directory, signal,
		runId: randomUUID(),
		startedAt: new Date().toISOString(),
		parts: {},
		elapsed: () => (performance.now() - start) / 1000,
	};
	try {
		await writeInputs(run);
		const log = createEventLog(await openEventSinks(definition, {directory, baseDirectory: loaded.baseDirectory, options}));
		return await runWithLog(run, log);
	} finally {
		if (smoke) {
			await fs.rm(directory, {recursive: true, force: true});
		}
	}
};

/** What the parts of one run share. */
interface Run {
	readonly loaded: LoadedDefinition;
	readonly options: RunOptions;
	readonly seed: number;
	readonly directory: string;
	readonly signal: AbortSignal;
	readonly runId: string;
	readonly startedAt: string;
	readonly parts: ReportParts;
	readonly elapsed: () => number;
}

const runWithLog = async (run: Run, log: EventLog): Promise<RunResult> => {
	const {loaded: {definition}, options, directory, signal, parts} = run;
	let fault: ThreadloomError | undefined;
	let gallery: Gallery | undefined;
	let result: unknown;
	try {
		if (definition.model === undefined) {
			result = await Promise.race([log.failed, streamRecords({...run, emit: log.emit})]);
		} else {
			const feed = await openFeed({...run, onEvent: log.emit});
			try {
				gallery = await Promise.race([log.failed, trainAndEvaluate({...run, definition, feed, emit: log.emit})]);
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

const finishReport = async ({loaded: {definition}, seed, runId, startedAt, parts, elapsed}: Run, status: RunReport['status'], fault: ThreadloomError | undefined): Promise<RunReport> => ({
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
	timing: {
		trainingSeconds: 0, evaluationSeconds: 0, waitShare: 0, samplesPerSecond: 0, laps: {},
		...parts.timing,
		seconds: elapsed(),
	},
	peakMemory: peakMemory(),
});

/** Writes what the run was given: the definition as written and as resolved, and all that decides its numbers. */
const writeInputs = async ({loaded, options, seed, directory, runId}: Run): Promise<void> => {
	const write = async (name: string, text: string): Promise<void> => fs.writeFile(path.join(directory, name), text);
	await write('definition.yaml', loaded.text);
	await write('effective.json', `${JSON.stringify({...loaded.definition, seed}, undefined, '\t')}\n`);
	await write('lock.json', `${JSON.stringify({
		runId,
		seed,
		definition: digestOfJson(loaded.definition),
		baseDirectory: loaded.baseDirectory,
		versions: await versions(),
		argv: options.argv ?? [],
	}, undefined, '\t')}\n`);
};
