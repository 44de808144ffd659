import fs from 'node:fs/promises';
import process from 'node:process';
import {surviveStreams} from './io.ts';

const helpFlags = new Set(['--help', '-h']);

/** The words that a command line asks the help of, '' for the whole program; undefined when it asks for something else. */
const topicOf = (argv: readonly string[]): string | undefined => {
	const asked = argv.filter((argument, index) => !helpFlags.has(argument) && (argument !== 'help' || index > 0));
	// One word asks for help, before or behind what it is about.
	const isQuestion = argv.length === 0 || (asked.length === argv.length - 1 && (argv[0] === 'help' || helpFlags.has(argv.at(-1)!)));
	return isQuestion && asked.length <= 2 ? asked.join(' ') : undefined;
};

/** Whether a command line looks like one that will open a stream, which no parser has read yet. */
const streams = (argv: readonly string[]): boolean =>
	['run', 'train'].includes(argv.find(argument => !argument.startsWith('-')) ?? '') && !argv.includes('--supervise');

const beside = (name: string): URL => new URL(name, import.meta.url);

/** The help as `scripts/build-help.js` wrote it down, so that it needs no parser; undefined where it did not. */
const writtenHelp = async (topic: string): Promise<string | undefined> => {
	try {
		const help = JSON.parse(await fs.readFile(beside('help.json'), 'utf8')) as Readonly<Record<string, string>>;
		return Object.hasOwn(help, topic) ? help[topic] : undefined;
	} catch {
		return undefined; // The parser makes it.
	}
};

/** Ends the program before anything of it runs. */
const failEarly = async (argv: readonly string[], thrown: unknown): Promise<void> => {
	const [{asThreadloomError}, {createOutput}] = await Promise.all([import('../errors/wire.ts'), import('./io.ts')]);
	const error = asThreadloomError(thrown);
	createOutput({command: '', json: argv.includes('--json'), color: 'auto', verbose: argv.includes('--verbose') || argv.includes('-v')}).fail(error);
	process.exitCode = error.exitCode;
};

/** The working directory was removed: the parser asks for it. */
const lostDirectory = async (): Promise<Error> => (await import('../errors/threadloom-error.ts')).createError('FILE_NOT_FOUND', {path: 'the working directory'});

const isThere = (): boolean => {
	try {
		return process.cwd() !== '';
	} catch {
		return false;
	}
};

/** Answers a question for help from what is written down, and leaves all else to the program. */
export const start = async (argv: readonly string[]): Promise<void> => {
	const topic = topicOf(argv);
	const help = topic === undefined ? undefined : await writtenHelp(topic);
	if (help === undefined) {
		if (!isThere()) {
			surviveStreams();
			await failEarly(argv, await lostDirectory());
			return;
		}

		try {
			if (streams(argv)) {
				(await import('../runs/start-ahead.ts')).startAhead();
			}

			await (await import('./main.ts')).main(argv);
		} catch (error) {
			// Its modules are many files.
			await failEarly(argv, error);
		}

		return;
	}

	surviveStreams();
	process.stdout.write(help);
};
