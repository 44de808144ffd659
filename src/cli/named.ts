import {createError} from '../errors/threadloom-error.ts';
import type {Flags} from './flags.ts';

/** The files or directories that a command is about; what the parser took for no name is not passed over as if all were well. @throws USAGE */
export const namedOf = (flags: Flags, name: string): readonly string[] => {
	const named = flags[name] as readonly string[];
	if (named.length === 0) {
		throw createError('USAGE', {reason: 'Expected the name of a file or a directory; "-" is none here'});
	}

	return named;
};
