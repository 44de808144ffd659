import {closeSync, fstatSync, statSync} from 'node:fs';
import os from 'node:os';
import process from 'node:process';
import {styleText} from 'node:util';
import type {ThreadloomError} from '../errors/threadloom-error.ts';
import {replaceNonFinite} from '../events/non-finite.ts';

/** Where a command's words go: results to stdout, everything else to stderr. */
export interface Output {
	/** The result, for people; nothing with `--json`. */
	readonly print: (text: string) => void;
	/** The result, for programs: the only document on stdout with `--json`. */
	readonly data: (data: unknown) => void;
	readonly note: (text: string) => void;
	/** A note that stands in the document of `--json`, too. */
	readonly warn: (text: string) => void;
	/** A warning that was told already, for the document of `--json`. */
	readonly keepWarning: (text: string) => void;
	/** A note that only `--verbose` asks for. */
	readonly detail: (text: string) => void;
	readonly fail: (error: ThreadloomError) => void;
}

let survives = false;

/** Says that the results were lost; whoever starts the program learns it from its code. */
const tellLost = async (error: Error): Promise<void> => {
	const {writeFailed} = await import('../errors/write-failed.ts');
	const {code, message, exitCode} = writeFailed('standard output', error);
	process.stderr.write(`error: ${code}: ${message}\n`);
	process.on('exit', ended => {
		if (ended === 0) {
			process.exitCode = exitCode;
		}
	});
};

/** At its end Node resets the terminals that it began with, and aborts where one is gone; of a closed file it asks nothing. */
const closeLostTerminals = (): void => {
	const nothing = statSync(os.devNull, {throwIfNoEntry: false})?.rdev;
	for (const descriptor of [0, 1, 2]) {
		try {
			const stats = fstatSync(descriptor);
			// Asked for only here: few programs have a terminal, and all would wait for the module.
			if (stats.isCharacterDevice() && stats.rdev !== nothing && !process.getBuiltinModule('node:tty').isatty(descriptor)) {
				closeSync(descriptor);
			}
		} catch {} // It is closed already.
	}
};

/**
 * What can no longer be written ends the words and not the work: a closed pipe, as of `| head`, a terminal that is gone,
 * a disk that is full. Results that are lost in another way than by a reader that wants no more are a failure.
 */
export const surviveStreams = (): void => {
	if (survives) {
		return;
	}

	survives = true;
	process.on('exit', closeLostTerminals);
	process.stderr.on('error', () => {});
	let isLost = false;
	process.stdout.on('error', async (error: NodeJS.ErrnoException) => {
		if (error.code !== 'EPIPE' && !isLost) {
			isLost = true;
			await tellLost(error);
		}
	});
};

/** Decides colours for one stream: `--color` first, then NO_COLOR, FORCE_COLOR, TERM and the terminal. */
export const usesColor = (choice: 'auto' | 'always' | 'never', stream: NodeJS.WriteStream): boolean => {
	const {NO_COLOR: none, FORCE_COLOR: force, TERM: term} = process.env;
	if (choice !== 'auto') {
		return choice === 'always';
	}

	if (none !== undefined && none !== '') {
		return false;
	}

	return (force !== undefined && force !== '0') || (stream.isTTY && term !== 'dumb');
};

/** The stack of an error and those of its causes: an operator's fault lies in the module of the operator. */
const stacksOf = (thrown: unknown): readonly string[] => (thrown instanceof Error ? [thrown.stack ?? thrown.message, ...stacksOf(thrown.cause)] : []);

/** Opens the streams of one command. */
export const createOutput = ({command, json, color, verbose}: {
	readonly command: string;
	readonly json: boolean;
	readonly color: 'auto' | 'always' | 'never';
	readonly verbose: boolean;
}): Output => {
	const paint = (format: 'red' | 'cyan', text: string): string => (usesColor(color, process.stderr) ? styleText(format, text, {validateStream: false}) : text);
	const warnings: string[] = [];
	const document = ({ok, data, error}: {readonly ok: boolean; readonly data: unknown; readonly error: unknown}): void => {
		process.stdout.write(`${JSON.stringify({schemaVersion: 1, command, ok, data, warnings, error}, replaceNonFinite)}\n`);
	};

	return {
		print(text) {
			if (!json) {
				process.stdout.write(`${text}\n`);
			}
		},
		data(data) {
			if (json) {
				document({ok: true, data, error: null});
			}
		},
		note(text) {
			process.stderr.write(`${text}\n`);
		},
		warn(text) {
			warnings.push(text);
			process.stderr.write(`warning: ${text}\n`);
		},
		keepWarning(text) {
			warnings.push(text);
		},
		detail(text) {
			if (verbose) {
				process.stderr.write(`${text}\n`);
			}
		},
		fail(error) {
			const {code, message, hint, details, exitCode} = error;
			if (json) {
				document({ok: false, data: null, error: {code, message, hint: hint ?? null, path: details['path'] ?? null, exitCode, ...(code === 'DEFINITION_INVALID' && {problems: details['items']})}});
			}

			process.stderr.write(`${paint('red', 'error:')} ${code}: ${message}\n`);
			if (hint !== undefined) {
				process.stderr.write(`${paint('cyan', 'hint:')} ${hint}\n`);
			}

			if (verbose) {
				process.stderr.write(`${stacksOf(code === 'INTERNAL' && error.cause instanceof Error ? error.cause : error).join('\ncaused by ')}\n`);
			}
		},
	};
};
