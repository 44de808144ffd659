import process from 'node:process';
import {createError, type ThreadloomError} from '../errors/threadloom-error.ts';
import {asThreadloomError} from '../errors/wire.ts';
import {nearest} from '../definition/nearest.ts';
import {positionalsOf} from './check-flags.ts';
import {flagsOf, isGroup, nameOf, wordsOf, type CommandGroup, type SingleCommand} from './command.ts';
import {commands} from './commands.ts';
import {commonFlags, newest} from './flags.ts';
import {createOutput, surviveStreams} from './io.ts';
import {createParser} from './parser.ts';

/** The action of a group that a word names. @throws USAGE, FLAG_VALUE */
const actionOf = (group: CommandGroup, word: string | undefined): SingleCommand => {
	const names = group.actions.map(action => wordsOf(action)[1]!);
	if (word === undefined) {
		throw createError('USAGE', {reason: `Expected "pipeline ${group.usage}", one of ${names.join(', ')}`});
	}

	const near = nearest(word, names);
	const found = group.actions[names.indexOf(word)];
	if (found === undefined) {
		throw createError('FLAG_VALUE', {flag: `what follows "${nameOf(group)}"`, value: word, expected: `one of ${names.join(', ')}`, ...(near !== undefined && {nearest: near})});
	}

	return found;
};

/** Runs the program: parses the arguments, calls one command and sets the exit code. */
export const main = async (given: readonly string[]): Promise<void> => {
	// A flag whose value may be left out takes none that stands apart: the parser would take the definition.
	const argv = given.map(argument => (argument === '--resume' ? `--resume=${newest}` : argument));
	surviveStreams();
	const [first, second, third] = positionalsOf(argv, [commonFlags, ...commands.map(command => flagsOf(command))]);
	const topic = first === 'help' ? commands.find(command => nameOf(command) === second) : undefined;
	if (topic !== undefined) {
		await main([second!, ...(isGroup(topic) && third !== undefined ? [third] : []), '--help']);
		return;
	}

	const isHelp = first === undefined || (first === 'help' && second === undefined);
	const asksHelp = isHelp || argv.some(argument => ['--help', '-h'].includes(argument));
	const asksVersion = argv.some(argument => ['--version', '-V'].includes(argument));
	const named = isHelp ? undefined : commands.find(command => nameOf(command) === first);
	const isJson = argv.includes('--json');
	const bareOutput = createOutput({command: first ?? '', json: isJson, color: 'auto', verbose: argv.includes('--verbose') || argv.includes('-v')});
	const failEarly = (error: ThreadloomError): void => {
		bareOutput.fail(error);
		process.exitCode = error.exitCode;
	};

	if (!isHelp && named === undefined) {
		const near = nearest(first, commands.map(command => nameOf(command)));
		failEarly(createError('COMMAND_UNKNOWN', {command: first, ...(near !== undefined && {nearest: near})}));
		return;
	}

	try {
		const isOverview = second === undefined && (asksHelp || asksVersion);
		const called = named !== undefined && isGroup(named) && !isOverview ? actionOf(named, second) : named;
		const parser = createParser(argv, {named, called, showsFlags: asksHelp, version: (await import('./version.ts')).version});
		if (isHelp && !asksVersion) {
			process.stdout.write(`${await parser.getHelp()}\n`);
			return;
		}

		await parser.parseAsync();
	} catch (error) {
		failEarly(asThreadloomError(error));
	}
};
