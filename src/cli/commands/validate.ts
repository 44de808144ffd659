import type {CommandContext} from '../command.ts';
import {loadFor} from '../load.ts';

/** Checks definitions, each with all its faults; the first faulty one ends the command. */
export const run = async ({flags, output}: CommandContext): Promise<void> => {
	const files = flags['definition'] as readonly string[];
	for (const file of files) {
		await loadFor(file, flags);
		output.print(`${file}: valid`);
	}

	output.data({valid: files});
};
