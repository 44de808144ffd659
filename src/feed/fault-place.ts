import {execFile} from 'node:child_process';
import process from 'node:process';
import {fileURLToPath} from 'node:url';

/** The line that Node's parser stops at. A syntax error does not tell it to the program that imports, only to whoever reads a terminal. */
const syntaxPlace = async (file: string): Promise<string | undefined> => new Promise(resolve => {
	try {
		execFile(process.execPath, ['--check', file], {timeout: 10_000, env: {...process.env, NODE_OPTIONS: ''}}, (_, __, stderr) => {
			resolve(/^(?<place>.+:\d+)$/mu.exec(stderr)?.groups?.['place']);
		});
	} catch {
		resolve(undefined); // Where Node's permissions allow no other process.
	}
});

/** The first line of an error's stack that is of a file, unless it is one of Node's or of a package. */
const framePlace = (stack: string): string | undefined => {
	// Node writes the line above the stack of an import that names what is not exported.
	const header = /^(?<place>file:.+:\d+)\n/u.exec(stack)?.groups?.['place'];
	const frame = stack.split('\n').find(line => /^\s+at /u.test(line)) ?? '';
	const place = header ?? /(?:^\s+at (?:async )?|\()(?<place>(?:file:|\/|[A-Z]:\\)[^()]*:\d+:\d+)\)?$/u.exec(frame)?.groups?.['place'];
	return place?.includes('node_modules') === true ? undefined : place;
};

/** Where in a file the fault lies that keeps a module from being loaded, as `file:line`, when that can be told. */
export const faultPlace = async (error: unknown, file: string): Promise<string | undefined> => {
	if (!(error instanceof Error)) {
		return undefined;
	}

	const place = framePlace(error.stack ?? '') ?? (error instanceof SyntaxError ? await syntaxPlace(file) : undefined);
	const parts = /^(?<address>file:.*?)(?<line>(?::\d+)+)$/u.exec(place ?? '')?.groups;
	return parts === undefined ? place : `${fileURLToPath(parts['address']!)}${parts['line']!}`;
};
