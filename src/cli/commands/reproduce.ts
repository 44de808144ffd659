import {createError} from '../../errors/threadloom-error.ts';
import {reproduceRun} from '../../runs/reproduce-run.ts';
import type {CommandContext} from '../command.ts';
import {dataOptionsOf} from '../load.ts';
import {progressOf} from './run.ts';

const sentences = {
	same: 'the same, bit for bit',
	close: 'not the same bits, but within the tolerance',
	different: 'different',
};

/** Trains a run again and compares. */
export const run = async ({flags, output, signal, argv}: CommandContext): Promise<void> => {
	const reproduction = await reproduceRun(String(flags['run']), {...dataOptionsOf(flags), signal, argv, progress: progressOf(flags)});
	const {verdict, comparison, changes, tolerance} = reproduction;
	output.print([
		`${sentences[verdict]} (tolerance ${tolerance})`,
		`records the same in ${comparison.sameRecords} and numbers in ${comparison.sameNumbers} of ${comparison.steps[0]} steps`,
		...comparison.vectors.filter(({isSame}) => !isSame).map(({name, difference}) => `${name} differs by ${difference.toExponential(2)} of its largest element`),
		...(changes.length === 0 ? [] : ['not as it was:', ...changes.map(change => `  ${change}`)]),
	].join('\n'));
	if (verdict === 'different') {
		throw createError('PROOF_FAILED', {what: 'the run made again', reason: changes.length === 0 ? 'it differs though nothing that is known changed' : `it differs; ${changes.join('; ')}`});
	}

	output.data(reproduction);
};
