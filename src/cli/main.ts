import process from 'node:process';
import yargs, {type Argv, type Options, type PositionalOptions} from 'yargs';
import {createError, type ThreadloomError} from '../errors/threadloom-error.ts';
import {asThreadloomError} from '../errors/wire.ts';
import {nearest} from '../definition/nearest.ts';
import {parseDuration} from '../schema/duration.ts';
import {checkFlags, positionalsOf} from './check-flags.ts';
import {flagsOf, isGroup, wordsOf, type Command, type CommandGroup, type SingleCommand} from './command.ts';
import {commands} from './commands.ts';
import {commonFlags, newest, type Flags} from './flags.ts';
import {createOutput, surviveStreams, type Output} from './io.ts';
import {hearSignals} from './signals.ts';

const nameOf = (command: Command): string => wordsOf(command).join(' ');
const width = 80;

/** What is wrong with a command line, as one error of one line. */
const misuse = (message: string, known: readonly string[], command: Command | undefined): ThreadloomError => {
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

/** What stands before the flags in the help of a command: what it does, then lines to copy. */
const helpHead = ({usage, describe, examples}: Command): string => [
	describe, '', ...examples.map(example => `  $0 ${example}`), '', `Usage: $0 ${usage} [options]`,
].join('\n');

/** How long a thread in a native call may keep the program from its end. */
const stuckMs = 5000;

/** All is said and written: a thread that still computes is ended with the program, by the only means that does not wait for it. */
const endAnyway = (): void => {
	setTimeout(() => {
		process.kill(process.pid, 'SIGKILL');
	}, stuckMs).unref();
};

/** How long a timer or a connection that a module left open may keep the program from its end. */
const lingerMs = 5000;

/** All is done. What still runs is not the program's: it is not waited for. */
const endSoon = (output: Output): void => {
	setTimeout(() => {
		if (process.stdout.writableLength > 0 || process.stderr.writableLength > 0) {
			endSoon(output); // A reader takes its time.
			return;
		}

		output.note('warning: a module left something running, such as a timer or a connection; the program ends without it');
		process.exit(); // eslint-disable-line unicorn/no-process-exit -- it would not end by itself
	}, lingerMs).unref();
};

const execute = async (command: SingleCommand, flags: Flags, argv: readonly string[], output: Output): Promise<void> => {
	const signals = hearSignals({graceMs: parseDuration(String(flags['grace'] ?? '20s'))!, onGiveUp: output.fail});
	let isFinished = false;
	let isStuck = false;
	// What ends of itself before its end, as when nothing is left to wait for, did not succeed. 13 is Node's word for that.
	const onExit = (code: number): void => {
		if (!isFinished && (code === 0 || code === 13)) {
			output.fail(createError('INTERNAL', {reason: 'the program ended before its work'}));
			process.exitCode = 70;
		}
	};

	// Nobody knows what an exception that nobody awaited left undone: no more is kept than lies on disk already.
	const onUncaught = (error: unknown): void => {
		const fault = asThreadloomError(error);
		output.fail(fault);
		isFinished = true;
		process.exit(fault.exitCode); // eslint-disable-line unicorn/no-process-exit -- the program cannot go on
	};

	process.once('exit', onExit);
	process.once('uncaughtException', onUncaught);
	try {
		await command.run({flags, output, signal: signals.signal, control: signals.control, argv});
		isFinished = true;
	} catch (error) {
		const thrown = asThreadloomError(error);
		// An interruption explains whatever else went wrong.
		const fault = thrown.code === 'INTERRUPTED' || thrown.code === 'TERMINATED' ? thrown : signals.interruption() ?? thrown;
		output.fail(fault);
		process.exitCode = fault.exitCode;
		isFinished = true;
		isStuck = fault.code === 'WORKER_STUCK';
	} finally {
		signals.dispose();
		process.off('uncaughtException', onUncaught);
		if (isStuck) {
			endAnyway();
		} else {
			endSoon(output);
		}
	}
};

const flagNames = (command: Command | undefined): readonly string[] => Object.keys({...commonFlags, ...(command && flagsOf(command)), help: {}, version: {}});

/** Flags of which the help says nothing: the parser lays it out at every call, which takes it longer than all else. */
const unshown = (flags: Readonly<Record<string, Options>>): Record<string, Options> => Object.fromEntries(Object.entries(flags).map(([name, options]) => [name, {...options, hidden: true}]));

/** Tells the parser of one command, and what is done when it is called. */
const addCommand = (parser: Argv, command: SingleCommand, argv: readonly string[]): void => {
	const {usage, describe, positionals = {}, flags: own, takesStdin = false} = command;
	const [group] = wordsOf(command);
	parser.command(
		wordsOf(command).length > 1 ? usage.slice(group!.length + 1) : usage,
		describe,
		builder => {
			for (const [name, options] of Object.entries(positionals)) {
				builder.positional(name, options as PositionalOptions);
			}

			// Or the parser takes "-", the standard input, for a flag.
			for (const [, name] of usage.matchAll(/[<[](?<name>\w+)[\]>]/gu)) {
				builder.nargs(name!, 1);
			}

			return builder.usage(helpHead(command));
		},
		async flags => {
			const fault = checkFlags(flags, {...commonFlags, ...own}, argv);
			if (fault !== undefined) {
				throw fault;
			}

			// The parser leaves it out of a list.
			if (!takesStdin && positionalsOf(argv, [commonFlags, own]).includes('-')) {
				throw createError('USAGE', {reason: `Expected "pipeline ${usage}". Received: "-", and the standard input is nothing that this command reads`});
			}

			await execute(command, flags, argv, createOutput({
				command: group!,
				json: flags['json'] as boolean,
				color: flags['color'] as 'auto' | 'always' | 'never',
				verbose: Number(flags['verbose']) > 0,
			}));
		},
	);
};

/** Tells the parser of a group: of the one action that is called, or for the help of all. */
const addGroup = (parser: Argv, group: CommandGroup, actions: readonly SingleCommand[], argv: readonly string[]): void => {
	parser.command(nameOf(group), group.describe, builder => {
		for (const action of actions) {
			addCommand(builder, action, argv);
		}

		return builder.usage(helpHead(group));
	});
};

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
		const flags = {...(called && !isGroup(called) && called.flags), ...commonFlags};
		const parser = yargs([...argv])
			.scriptName('pipeline')
			.usage('$0 <command> [options]')
			.wrap(width)
			.locale('en')
			.strict()
			.exitProcess(false)
			.parserConfiguration({'boolean-negation': true, 'greedy-arrays': false})
			// Flags may stand before the command, and before what it is to do.
			.options(asksHelp ? flags : unshown(flags))
			.alias('h', 'help')
			.alias('V', 'version')
			.version((await import('./version.ts')).version)
			.group(named === undefined ? [] : ['help', 'version'], 'Output:')
			.fail((message, error) => {
				// The parser's own errors, as of a flag without its value, are misuse too.
				throw error === undefined || error.name === 'YError' ? misuse(message, flagNames(called), called) : error;
			});
		if (called === undefined) {
			for (const {usage, describe} of commands) {
				parser.command(usage, describe);
			}
		} else if (isGroup(named!)) {
			addGroup(parser, named, isGroup(called) ? called.actions : [called], argv);
		} else {
			addCommand(parser, called as SingleCommand, argv);
		}

		if (isHelp && !asksVersion) {
			process.stdout.write(`${await parser.getHelp()}\n`);
			return;
		}

		await parser.parseAsync();
	} catch (error) {
		failEarly(asThreadloomError(error));
	}
};
