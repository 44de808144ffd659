import type {Options} from 'yargs';
import type {RunControl} from '../runs/control.ts';
import type {Flags} from './flags.ts';
import type {Output} from './io.ts';

/** What a command is given when it runs. */
export interface CommandContext {
	readonly flags: Flags;
	readonly output: Output;
	/** Aborted by the first SIGINT, SIGTERM or SIGHUP. */
	readonly signal: AbortSignal;
	/** Asked for a checkpoint by SIGUSR2. */
	readonly control: RunControl;
	readonly argv: readonly string[];
}

/** What the help says of a command. */
interface Described {
	/** `run <definition>`, `data fetch <name>`. */
	readonly usage: string;
	readonly describe: string;
	/** Lines to copy, without the program's name. */
	readonly examples: readonly string[];
}

/** A command that does one thing; what it does is read from disk only when it is called. */
export interface SingleCommand extends Described {
	/** What stands for the names in the usage. */
	readonly positionals?: Readonly<Record<string, Options>>;
	readonly flags: Readonly<Record<string, Options>>;
	/** Whether "-" among its arguments is the standard input. @default false */
	readonly takesStdin?: boolean;
	readonly run: (context: CommandContext) => Promise<void>;
}

/** A command that does one of several things, each with arguments, flags and help of its own. */
export interface CommandGroup extends Described {
	readonly actions: readonly SingleCommand[];
}

export type Command = SingleCommand | CommandGroup;

export const isGroup = (command: Command): command is CommandGroup => 'actions' in command;

/** Its words as they are typed: `run`, `data fetch`. */
export const wordsOf = ({usage}: Command): readonly string[] => usage.split(' ').filter(word => /^[a-z]/u.test(word));

/** Every flag that may stand behind a command, or behind what one word more makes of it. */
export const flagsOf = (command: Command): Readonly<Record<string, Options>> =>
	(isGroup(command) ? Object.assign({}, ...command.actions.map(({flags}) => flags)) as Readonly<Record<string, Options>> : command.flags);

/** Its name as it is typed. */
export const nameOf = (command: Command): string => wordsOf(command).join(' ');
