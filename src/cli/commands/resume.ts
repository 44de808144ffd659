import process from 'node:process';
import {resumeRun} from '../../runs/resume-run.ts';
import type {CommandContext} from '../command.ts';
import {usesColor} from '../io.ts';
import {dataOptionsOf, maxMemoryOf, maxStepsOf, maxTimeOf, memoryOf} from '../load.ts';
import {progressOf, showResult, warningsFor} from './run.ts';

/** Goes on with a run. */
export const run = async ({flags, output, signal, control, argv}: CommandContext): Promise<void> => {
	const workers = flags['workers'] as string | undefined;
	const result = await resumeRun(String(flags['run']), {
		epochs: flags['epochs'] as number | undefined,
		workers: workers === undefined || workers === 'auto' ? workers : Number(workers),
		checkpoint: flags['checkpoint'] as string | undefined,
		allowCodeChange: flags['allow-code-change'] === true,
		...dataOptionsOf(flags),
		...memoryOf(flags),
		maxSteps: maxStepsOf(flags),
		maxTimeMs: maxTimeOf(flags),
		...maxMemoryOf(flags),
		progress: progressOf(flags),
		color: usesColor(flags['color'] as 'auto', process.stderr),
		signal,
		control,
		argv,
		...warningsFor(flags, output),
	});
	showResult(result, {output, signal});
};
