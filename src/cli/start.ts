import fs from 'node:fs/promises';
import process from 'node:process';
import {survivePipes} from './io.ts';

const helpFlags = new Set(['--help', '-h']);

/** The command that a command line asks the help of, '' for the whole program; undefined when it asks for something else. */
const topicOf = (argv: readonly string[]): string | undefined => {
	const [first = '--help', second, ...others] = argv;
	if (others.length > 0) {
		return undefined;
	}

	if (second === undefined) {
		return first === 'help' || helpFlags.has(first) ? '' : undefined;
	}

	if (helpFlags.has(second)) {
		return first;
	}

	return first === 'help' ? second : undefined;
};

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

/** Answers a question for help from what is written down, and leaves all else to the program. */
export const start = async (argv: readonly string[]): Promise<void> => {
	const topic = topicOf(argv);
	const help = topic === undefined ? undefined : await writtenHelp(topic);
	if (help === undefined) {
		await (await import('./main.ts')).main(argv);
		return;
	}

	survivePipes();
	process.stdout.write(help);
};
