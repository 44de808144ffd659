import {type Problem, definitionError} from '../../definition/problem.ts';
import {ThreadloomError} from '../../errors/threadloom-error.ts';
import type {CommandContext} from '../command.ts';
import {loadFor} from '../load.ts';

/** The faults of one file; one that cannot be read or parsed has a single fault. */
const problemsOf = (file: string, {code, details, message}: ThreadloomError): readonly Problem[] => {
	if (code === 'DEFINITION_INVALID') {
		return details['items'] as readonly Problem[];
	}

	const {path: origin = file, line, column, reason} = details as {path?: string; line?: number; column?: number; reason?: string};
	return [{
		path: '',
		// The place stands before it.
		message: code === 'DEFINITION_SYNTAX' ? `it cannot be read as YAML: ${reason}` : message.replace(/ \(file .*\)$/su, ''),
		place: {origin, ...(line !== undefined && {line}), ...(column !== undefined && {column})},
	}];
};

/** Checks definitions, each with all its faults; those of all of them are told together. */
export const run = async ({flags, output}: CommandContext): Promise<void> => {
	const valid: string[] = [];
	const faults: Array<{readonly file: string; readonly fault: ThreadloomError}> = [];
	for (const file of flags['definition'] as readonly string[]) {
		try {
			const {warnings} = await loadFor(file, flags);
			for (const warning of warnings) {
				output.warn(warning);
			}

			valid.push(file);
			output.print(`${file}: valid`);
		} catch (error) {
			// What a flag says is wrong for every file.
			if (!(error instanceof ThreadloomError) || error.code === 'OVERRIDE_INVALID') {
				throw error;
			}

			faults.push({file, fault: error});
		}
	}

	if (faults.length > 0) {
		throw faults.length === 1 ? faults[0]!.fault : definitionError(faults.flatMap(({file, fault}) => problemsOf(file, fault)));
	}

	output.data({valid});
};
