import fs from 'node:fs/promises';
import path from 'node:path';
import {makeTemporaryFolder} from '../../errors/temporary-folder.ts';
import {createError} from '../../errors/threadloom-error.ts';
import {compareTraining, type TrainingComparison} from '../../runs/compare-training.ts';
import {seedOf} from '../../runs/seed.ts';
import type {CommandContext} from '../command.ts';
import {loadFor} from '../load.ts';
import {startProgram, type Ending} from '../start-program.ts';

/** The arguments that a run is started with: those of this command without its own. */
const passedOn = (argv: readonly string[]): readonly string[] => {
	const own = new Set(['--kill-at', '--out', '-o']);
	return argv.filter((argument, index) => argument !== 'verify-resume' && argument !== '--json'
		&& !own.has(argument.split('=')[0]!) && !(own.has(argv[index - 1] ?? '')));
};

const expectEnding = (what: string, {code, signal}: Ending, isRight: boolean): void => {
	if (!isRight) {
		throw createError('PROOF_FAILED', {what, reason: `its program ended with ${signal ?? `exit code ${code}`}`});
	}
};

const describe = ({steps, sameRecords, sameNumbers, digests, vectors, firstDifference}: TrainingComparison, {killedAt, seed}: {readonly killedAt: number; readonly seed: number}): string => [
	`killed      at step ${killedAt} by SIGKILL, then resumed`,
	`seed        ${seed}`,
	`steps       ${steps[0]} and ${steps[1]}`,
	`records     the same in ${sameRecords} of ${steps[0]} steps`,
	`numbers     loss, gradient norm and learning rate the same in ${sameNumbers} of ${steps[0]} steps`,
	...vectors.map(({name, isSame, difference}) => `${name.padEnd(11)} ${isSame ? 'the same, bit for bit' : `differs by ${difference.toExponential(2)} of its largest element`}`),
	`parameters  ${digests[0]}`,
	`            ${digests[1]}`,
	...(firstDifference === undefined ? [] : [`the first difference is in the ${firstDifference.in} of step ${firstDifference.step}`]),
].join('\n');

/** Trains a definition through, then again with a kill and a resume, and compares the two bit for bit. */
export const run = async ({flags, output, signal, argv}: CommandContext): Promise<void> => {
	const killAt = Number(flags['kill-at']);
	if (!Number.isSafeInteger(killAt) || killAt < 3) {
		throw createError('USAGE', {reason: `--kill-at needs a step of at least 3, so that a checkpoint is before it. Received: ${flags['kill-at']}`});
	}

	const {definition} = await loadFor(String(flags['definition']), flags);
	// Each run would draw its own.
	const seed = seedOf(definition);
	const given = flags['out'] as string | undefined;
	const folder = given ?? await makeTemporaryFolder('threadloom-verify');
	const [through, killed] = [path.join(folder, 'through'), path.join(folder, 'killed')];
	// By the second checkpoint the first one is on disk.
	const every = Math.floor((killAt - 1) / 2);
	const args = [...passedOn(argv), '-s', `training.checkpoints.everySteps=${every}`, '--force', ...(definition.seed === undefined ? ['--seed', String(seed)] : [])];
	const start = async (more: readonly string[], environment: Readonly<Record<string, string>> = {}): Promise<Ending> => {
		const ending = await startProgram(more, {signal, environment, isQuiet: true});
		signal.throwIfAborted();
		return ending;
	};

	try {
		output.note(`training through, with ${definition.seed === undefined ? 'a drawn ' : ''}seed ${seed}`);
		const whole = await start(['train', ...args, '--out', through]);
		expectEnding('the run that is not stopped', whole, whole.code === 0);
		output.note(`training until step ${killAt}`);
		const stopped = await start(['train', ...args, '--out', killed], {THREADLOOM_FAILPOINTS: `step@${killAt}=kill`});
		expectEnding('the run that is killed', stopped, stopped.signal === 'SIGKILL');
		output.note('resuming');
		const resumed = await start(['resume', killed]);
		expectEnding('the run that goes on', resumed, resumed.code === 0);
		const comparison = await compareTraining(through, killed);
		output.print(describe(comparison, {killedAt: killAt, seed}));
		if (!comparison.isSame) {
			throw createError('PROOF_FAILED', {what: 'the resumed run', reason: `it differs from the one that was never stopped${comparison.firstDifference === undefined ? '' : `, first in the ${comparison.firstDifference.in} of step ${comparison.firstDifference.step}`}`});
		}

		output.data({killedAt: killAt, seed, ...comparison});
	} finally {
		if (given === undefined) {
			await fs.rm(folder, {recursive: true, force: true});
		}
	}
};
