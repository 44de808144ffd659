import path from 'node:path';
import process from 'node:process';
import {exitCodes} from '../../errors/exit-codes.ts';
import {createError, type ThreadloomError} from '../../errors/threadloom-error.ts';
import type {LoadedDefinition} from '../../definition/load.ts';
import {checkpointsOf} from '../../runs/choose-checkpoint.ts';
import {makeOwnDirectory} from '../../runs/run-directory.ts';
import {resumeCommand} from '../../runs/shell-word.ts';
import type {CommandContext} from '../command.ts';
import {commonFlags, dataFlags, progressFlags, trainingFlags, type Flags} from '../flags.ts';
import {maxTimeOf} from '../load.ts';
import {startProgram, type Ending} from '../start-program.ts';

/** Restarts that brought no newer checkpoint, at most. */
const attempts = 3;

/** Step of the newest checkpoint in a run directory; 0 when there is none. */
const newestStep = async (directory: string): Promise<number> => {
	const {steps: [newest = 0]} = await checkpointsOf(directory).catch((): {readonly steps: readonly number[]} => ({steps: []}));
	return newest;
};

/** Signals that ask for an end: a program that did not hear them yet ends at once. */
const requests: ReadonlySet<string> = new Set(['SIGINT', 'SIGTERM', 'SIGHUP']);

/** Whether a program was lost, and did not end by its own decision or ours. */
const isLost = ({code, signal}: Ending): boolean => (signal === undefined ? code === exitCodes.temporary || (code !== undefined && code > 128 + 2 && code !== exitCodes.terminated) : !requests.has(signal));

/** What a lost program was told about how it runs, for the one that goes on: what it trains, the run directory knows. */
const flagsAgain = (flags: Flags, {elapsedMs}: {readonly elapsedMs: number}): readonly string[] => {
	const maxTime = maxTimeOf(flags);
	return Object.entries({...commonFlags, ...dataFlags, ...trainingFlags, ...progressFlags}).flatMap(([name, options]) => {
		const value = name === 'max-time' && maxTime !== undefined ? `${Math.max(1, Math.round(maxTime - elapsedMs))}ms` : flags[name];
		switch (options.type) {
			case 'boolean': {
				return value === undefined || value === options.default ? [] : [`--${value === true ? '' : 'no-'}${name}`];
			}

			case 'count': {
				return Array.from({length: Number(value ?? 0)}, () => `--${name}`);
			}

			default: {
				return [value ?? []].flat().map(each => `--${name}=${String(each)}`);
			}
		}
	});
};

/** Runs the command in a program of its own, and goes on from the last checkpoint when that program is lost. */
export const supervise = async ({output, signal, argv, flags}: CommandContext, {definition}: LoadedDefinition): Promise<void> => {
	const out = flags['out'] as string | undefined;
	const directory = out === undefined ? await makeOwnDirectory(definition.name) : path.resolve(out);
	const args = argv.filter(argument => argument !== '--supervise');
	const given = out === undefined ? [...args, '--out', directory] : args;
	const start = performance.now();
	let ending = await startProgram(given, {signal});
	let before = 0;
	for (let failures = 0; isLost(ending) && !signal.aborted; failures++) {
		const step = await newestStep(directory);
		if (step > before) {
			failures = 0;
			before = step;
		} else if (failures === attempts) {
			throw createError('SUPERVISION_ENDED', {attempts, directory});
		}

		const how = ending.signal ?? `exit code ${ending.code}`;
		output.note(step === 0
			? `the run was lost (${how}) before its first checkpoint; it starts again`
			: `the run was lost (${how}); it goes on from step ${step}`);
		ending = await startProgram(step === 0
			? [...given, ...(argv.includes('--force') ? [] : ['--force'])]
			: ['resume', directory, ...flagsAgain(flags, {elapsedMs: performance.now() - start})], {signal});
	}

	// It was interrupted before it heard signals, perhaps a moment before this one was.
	if (ending.code === undefined) {
		const by = signal.aborted ? String((signal.reason as ThreadloomError).details['signal']) : ending.signal!;
		throw createError(by === 'SIGINT' ? 'INTERRUPTED' : 'TERMINATED', {
			signal: by,
			resume: await newestStep(directory) > 0 ? resumeCommand(directory) : undefined,
		});
	}

	process.exitCode = ending.code;
};
