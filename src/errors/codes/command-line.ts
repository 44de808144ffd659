import {entry} from '../entry.ts';

export const commandLineErrors = {
	USAGE: entry('usage', (d: {reason: string}) => d.reason, () => 'See --help.'),
	FLAG_UNKNOWN: entry(
		'usage',
		(d: {flag: string; nearest?: string}) => `There is no option or argument "${d.flag}" here`,
		d => (d.nearest === undefined ? 'See --help.' : `Did you mean "--${d.nearest}"?`),
	),
	FLAG_VALUE: entry(
		'usage',
		(d: {flag: string; value: string; expected: string; nearest?: string}) => `Expected ${d.flag} to be ${d.expected}. Received: ${d.value}`,
		d => (d.nearest === undefined ? 'See --help.' : `Did you mean "${d.nearest}"?`),
	),
	FLAG_REPEATED: entry(
		'usage',
		(d: {flag: string; times: number}) => `Expected --${d.flag} once. Received: ${d.times} times`,
		() => 'Only flags that gather, such as --set, are repeated.',
	),
	COMMAND_UNKNOWN: entry(
		'usage',
		(d: {command: string; nearest?: string}) => `There is no command "${d.command}"`,
		d => (d.nearest === undefined ? 'Run "pipeline help" for the list.' : `Did you mean "${d.nearest}"?`),
	),
};
