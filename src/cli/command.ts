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

/** One command; what it does is read from disk only when it is called. */
export interface Command {
	/** As yargs writes it: `run <definition>`. */
	readonly usage: string;
	readonly describe: string;
	/** Two lines to copy, without the program's name. */
	readonly examples: readonly string[];
	readonly flags: Readonly<Record<string, Options>>;
	/** What may stand for `action` in the usage. */
	readonly actions?: readonly string[];
	readonly run: (context: CommandContext) => Promise<void>;
}
