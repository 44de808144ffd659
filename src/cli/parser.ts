import yargs, {type Argv, type Options, type PositionalOptions} from 'yargs';
import {createError} from '../errors/threadloom-error.ts';
import {checkFlags, positionalsOf} from './check-flags.ts';
import {flagsOf, isGroup, nameOf, wordsOf, type Command, type CommandGroup, type SingleCommand} from './command.ts';
import {commands} from './commands.ts';
import {execute} from './execute.ts';
import {commonFlags} from './flags.ts';
import {createOutput} from './io.ts';
import {misuse} from './misuse.ts';

const width = 80;

/** What stands before the flags in the help of a command: what it does, then lines to copy. */
const helpHead = ({usage, describe, examples}: Command): string => [
	describe, '', ...examples.map(example => `  $0 ${example}`), '', `Usage: $0 ${usage} [options]`,
].join('\n');

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

/** Makes the parser of a command line, which runs the command that is called. */
export const createParser = (argv: readonly string[], {named, called, showsFlags, version}: {
	/** What the first word names. */
	readonly named: Command | undefined;
	/** The same, or the action of a group. */
	readonly called: Command | undefined;
	/** Whether the help is asked for. */
	readonly showsFlags: boolean;
	readonly version: string;
}): Argv => {
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
		.options(showsFlags ? flags : unshown(flags))
		.alias('h', 'help')
		.alias('V', 'version')
		.version(version)
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

	return parser;
};
