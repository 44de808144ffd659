import {randomUUID} from 'node:crypto';
import fs from 'node:fs/promises';
import path from 'node:path';
import {writeDurably} from '../checkpoints/durable-write.ts';
import type {LoadedDefinition} from '../definition/load.ts';
import {makeTemporaryFolder} from '../errors/temporary-folder.ts';
import {createControl} from './control.ts';
import {digestData} from './data-digests.ts';
import {writeEffective} from './effective.ts';
import {executeRun, type Run} from './execute-run.ts';
import {writeLock} from './lock.ts';
import {createRunDirectory} from './run-directory.ts';
import {seedOf} from './seed.ts';
import type {RunOptions, RunResult} from './types.ts';

/**
 * Runs a definition from the first byte to the report.
 *
 * A definition without a model streams its records into its sinks. However a run ends, `report/report.json` says so;
 * then the error, if any, goes to the caller.
 */
export const runPipeline = async (loaded: LoadedDefinition, options: RunOptions = {}): Promise<RunResult> => {
	const {definition, baseDirectory} = loaded;
	const {smoke = false} = options;
	const place = await createRunDirectory({
		// A smoke test writes all that a run does, where nobody keeps it.
		out: smoke ? await makeTemporaryFolder('threadloom-smoke') : options.out,
		name: definition.name,
		force: options.force ?? false,
	});
	let written: Promise<void> | undefined;
	try {
		const given: Omit<Run, 'written'> = {
			loaded, place,
			options: {control: createControl(), ...options},
			seed: seedOf(definition),
			runId: randomUUID(),
			startedAt: new Date().toISOString(),
			data: definition.model === undefined ? {} : await digestData(definition, baseDirectory),
			resume: undefined,
			warnings: loaded.warnings,
		};
		// While the stream is opened and the workers start: a file that is safe on the disk takes its time.
		written = writeInputs(given, loaded.text);
		written.catch(() => {}); // The run waits for it and tells.
		const result = await executeRun({...given, written});
		return smoke ? {...result, reportPath: undefined, isGone: true} : result;
	} finally {
		await written?.catch(() => {});
		await place.lock.release();
		if (smoke) {
			await fs.rm(place.directory, {recursive: true, force: true});
		}
	}
};

/** Writes what the run was given: the definition as written and as resolved, and all that decides its numbers. */
const writeInputs = async ({loaded: {definition, baseDirectory}, options, seed, place: {directory}, runId, startedAt, data}: Omit<Run, 'written'>, text: string): Promise<void> => {
	await Promise.all([
		writeDurably(path.join(directory, 'definition.yaml'), [Buffer.from(text)]),
		writeEffective(directory, {...definition, seed}),
	]);
	await writeLock(directory, {definition: {...definition, seed}, runId, seed, startedAt, baseDirectory, dataDirectory: options.dataDirectory, allowTrailing: options.allowTrailing, phases: options.phases, operatorDirectories: options.allowOperators ?? [], data, argv: options.argv ?? []});
};
