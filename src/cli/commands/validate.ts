import {type Problem, definitionError} from '../../definition/problem.ts';
import {ThreadloomError} from '../../errors/threadloom-error.ts';
import type {CommandContext} from '../command.ts';
import {loadFor} from '../load.ts';

/** Checks definitions, each with all its faults; those of all of them are told together. */
export const run = async ({flags, output}: CommandContext): Promise<void> => {
	const valid: string[] = [];
	const problems: Problem[] = [];
	for (const file of flags['definition'] as readonly string[]) {
		try {
			await loadFor(file, flags);
			valid.push(file);
			output.print(`${file}: valid`);
		} catch (error) {
			if (!(error instanceof ThreadloomError) || error.code !== 'DEFINITION_INVALID') {
				throw error;
			}

			problems.push(...error.details['items'] as readonly Problem[]);
		}
	}

	if (problems.length > 0) {
		throw definitionError(problems);
	}

	output.data({valid});
};
