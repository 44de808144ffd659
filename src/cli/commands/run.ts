import path from 'node:path';
import process from 'node:process';
import {createError} from '../../errors/threadloom-error.ts';
import {asThreadloomError} from '../../errors/wire.ts';
import {describeWarning} from '../../events/describe-warning.ts';
import {formatClassification} from '../../evaluation/classification.ts';
import {formatLoss} from '../../evaluation/format-loss.ts';
import {formatLaps} from '../../evaluation/laps.ts';
import type {SplitReport} from '../../evaluation/report.ts';
import {resumeRun} from '../../runs/resume-run.ts';
import {runPipeline} from '../../runs/run-pipeline.ts';
import {shellWord} from '../../runs/shell-word.ts';
import type {RunOptions, RunResult} from '../../runs/types.ts';
import type {CommandContext} from '../command.ts';
import {newest, type Flags} from '../flags.ts';
import {usesColor, type Output} from '../io.ts';
import {dataOptionsOf, loadFor, maxMemoryOf, maxStepsOf, maxTimeOf} from '../load.ts';
import {supervise} from './supervise.ts';

/** How progress is shown. */
export const progressOf = (flags: Flags): 'bar' | 'plain' | 'none' => {
	const choice = flags['progress'] as 'auto' | 'bar' | 'plain' | 'none';
	if (flags['quiet'] === true) {
		return 'none';
	}

	if (choice !== 'auto') {
		return choice;
	}

	const {CI: ci, TERM: term} = process.env;
	return process.stderr.isTTY && term !== 'dumb' && (ci === undefined || ci === '') ? 'bar' : 'plain';
};

/** Keeps what a run warns of for the document of `--json`: the sink `console` tells it, but no other sees the command's output. */
export const warningsFor = ({json}: Flags, {keepWarning}: Output): Pick<RunOptions, 'onEvent'> => (json === true
	? {onEvent(event) {
		const text = describeWarning(event);
		if (text !== undefined) {
			keepWarning(text);
		}
	}}
	: {});

/** What the scores of the test split come to, for people. */
export const describeTest = ({loss, accuracy, classes, averages}: SplitReport): string => [
	...(classes === undefined || averages === undefined ? [] : [formatClassification({classes, averages}), '']),
	`test loss ${formatLoss(loss)}${accuracy === undefined ? '' : `, test accuracy ${accuracy.toFixed(4)}`}`,
].join('\n');

/** A result for people. */
export const describeResult = ({directory, report, reportPath, hasTest, result}: RunResult): string => {
	const {test} = report.evaluation;
	const next = report.resume === undefined
		? (report.training === undefined ? [] : [...(hasTest ? [`pipeline evaluate ${shellWord(directory)}`] : []), `pipeline runs compare ${shellWord(directory)} OTHER`])
		: [report.resume];
	return [
		...(test === undefined ? [] : [describeTest(test)]),
		...(result === undefined ? [] : [formatResult(result)]),
		`run     ${directory}`,
		...(reportPath === undefined ? [] : [`report  ${reportPath}`]),
		...next.map((command, index) => `${index === 0 ? 'next' : '    '}    ${command}`),
	].join('\n');
};

/** A record sink's result: a list of classes as a table, anything else as JSON. */
const formatResult = (result: unknown): string => {
	if (typeof result !== 'object' || result === null || !('classes' in result) || !Array.isArray(result.classes)) {
		return JSON.stringify(result, undefined, 2);
	}

	const {classes, ...all} = result as {classes: ReadonlyArray<{name: string; examples: number; mean: number; deviation: number}>; examples: number; mean: number; deviation: number};
	const rows = [...classes, {name: 'all', ...all}];
	const nameWidth = Math.max(...rows.map(({name}) => name.length));
	const line = (cells: readonly string[]): string => cells.map((cell, index) => (index === 0 ? cell.padEnd(nameWidth) : cell.padStart(12))).join(' ');
	return [
		line(['class', 'examples', 'mean', 'deviation']),
		...rows.map(({name, examples, mean, deviation}) => line([name, String(examples), formatLoss(mean), formatLoss(deviation)])),
		'',
	].join('\n');
};

/** Prints what a run came to. @throws TERMINATED when something else than a signal stopped it */
export const showResult = (result: RunResult, {output, signal}: Pick<CommandContext, 'output' | 'signal'>): void => {
	if (result.isAlreadyComplete === true) {
		output.note('already complete: nothing was changed');
	}

	const laps = formatLaps(result.report.timing.laps);
	if (laps !== undefined) {
		output.detail(`a step: ${laps}`);
	}

	output.print(result.isGone === true ? 'every phase was passed through; nothing was kept' : describeResult(result));
	// An interruption is a failure: with --json its document is the only one.
	if (result.status === 'interrupted') {
		const {code, details} = asThreadloomError(signal.reason);
		const {resume} = result.report;
		throw createError(code === 'INTERRUPTED' ? code : 'TERMINATED', {signal: String(details['signal'] ?? 'its control file'), resume});
	}

	output.data({directory: result.isGone === true ? null : result.directory, status: result.status, reportPath: result.reportPath ?? null, report: result.report, result: result.result ?? null});
};

/** Runs a definition. */
export const run = async (context: CommandContext, phases: {readonly train: boolean; readonly evaluate: boolean; readonly report: boolean}): Promise<void> => {
	const {flags, output, signal, control, argv} = context;
	const smoke = flags['smoke'] === true;
	const loaded = await loadFor(String(flags['definition']), flags);
	if (flags['supervise'] === true) {
		await supervise(context, loaded);
		return;
	}

	const out = flags['out'] as string | undefined;
	const shared: RunOptions = {
		...dataOptionsOf(flags),
		signal,
		control,
		phases,
		smoke,
		maxSteps: smoke ? 1 : maxStepsOf(flags),
		maxTimeMs: maxTimeOf(flags),
		...maxMemoryOf(flags),
		progress: progressOf(flags),
		color: usesColor(flags['color'] as 'auto', process.stderr),
		argv,
		...warningsFor(flags, output),
	};
	const from = flags['resume'] as string | undefined;
	const checkpoint = from === newest ? undefined : from;
	const result = from === undefined
		? await runPipeline(loaded, {...shared, out, force: flags['force'] === true})
		// A checkpoint lies in the folder `checkpoints` of its run.
		: await resumeRun(out ?? (checkpoint === undefined ? 'runs/latest' : path.dirname(path.dirname(path.resolve(checkpoint)))), {
			...shared, loaded, checkpoint,
			allowCodeChange: flags['allow-code-change'] === true,
			allowDefinitionChange: flags['allow-definition-change'] === true,
		});
	showResult(result, {output, signal});
};
