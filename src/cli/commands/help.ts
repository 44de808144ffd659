import {exitCodes} from '../../errors/exit-codes.ts';
import {createError} from '../../errors/threadloom-error.ts';
import type {CommandContext} from '../command.ts';

const meanings: Readonly<Record<keyof typeof exitCodes, string>> = {
	done: 'done, early stopping included',
	usage: 'the command line is misused: correct it',
	data: 'the data is bad: mend the file that is named',
	noInput: 'an input is missing or cannot be read',
	unavailable: 'an engine or a server is not available',
	internal: 'a defect of Threadloom: report it',
	cannotCreate: 'the output cannot be created, or is taken',
	outputFailed: 'writing failed: disk full, or an I/O error',
	temporary: 'the run lost its workers or stood still: resume it',
	refused: 'refused by policy: path, address or scheme',
	definition: 'the definition is invalid: correct the places that are named',
	diverged: 'training diverged: lower the learning rate',
	operator: 'an operator of yours failed: mend its code',
	noCheckpoint: 'there is no usable checkpoint',
	gateUnmet: 'what was to be proved is not so: see where it differs',
	interrupted: 'SIGINT, after the step was finished and a checkpoint written: resume it',
	terminated: 'SIGTERM, likewise',
};

/** Explains a topic. */
export const run = async ({flags, output}: CommandContext): Promise<void> => {
	if (flags['topic'] !== 'exit-codes') {
		throw createError('USAGE', {reason: `There is no help on "${String(flags['topic'])}"; there is on every command and on exit-codes`});
	}

	const rows = Object.entries(exitCodes).map(([name, code]) => ({code, meaning: meanings[name as keyof typeof exitCodes]}));
	output.print(rows.map(({code, meaning}) => `${String(code).padStart(4)}  ${meaning}`).join('\n'));
	output.data(rows);
};
