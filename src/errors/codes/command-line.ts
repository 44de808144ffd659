import {entry} from '../entry.ts';

export const commandLineErrors = {
	COMMAND_UNKNOWN: entry(
		'usage',
		(d: {command: string; nearest?: string}) => `There is no command "${d.command}"`,
		d => (d.nearest === undefined ? 'Run "pipeline help" for the list.' : `Did you mean "${d.nearest}"?`),
	),
};
