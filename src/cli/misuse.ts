import {createError, type ThreadloomError} from '../errors/threadloom-error.ts';
import {nearest} from '../definition/nearest.ts';
import type {Command} from './command.ts';

/** What is wrong with a command line, as one error of one line. */
export const misuse = (message: string, known: readonly string[], command: Command | undefined): ThreadloomError => {
	const {flag, given, choices} = /Argument: (?<flag>[^,]+), Given: (?<given>[^,]+), Choices: (?<choices>.+)$/u.exec(message)?.groups ?? {};
	if (flag !== undefined && given !== undefined && choices !== undefined) {
		const names = choices.split(', ').map(choice => choice.slice(1, -1));
		const value = given.slice(1, -1);
		const near = nearest(value, names);
		return createError('FLAG_VALUE', {flag: flag === 'action' ? 'what follows the command' : `--${flag}`, value, expected: `one of ${names.join(', ')}`, ...(near !== undefined && {nearest: near})});
	}

	if (command !== undefined && message.startsWith('Not enough non-option arguments')) {
		return createError('USAGE', {reason: `Expected "pipeline ${command.usage}"`});
	}

	const unknown = /^Unknown arguments?: (?<names>.+)$/u.exec(message)?.groups?.['names']?.split(', ').filter(name => !name.includes('-') || known.includes(name) || name.length > 1);
	const [first] = unknown ?? [];
	if (first === undefined) {
		return createError('USAGE', {reason: message});
	}

	const near = nearest(first, known);
	return createError('FLAG_UNKNOWN', {flag: first, ...(near !== undefined && {nearest: near})});
};
