import {spawn} from 'node:child_process';
import process from 'node:process';
import type {ThreadloomError} from '../errors/threadloom-error.ts';
import {isUnderNohup} from './nohup.ts';

/** How a program that was started ended. */
export interface Ending {
	readonly code: number | undefined;
	readonly signal: NodeJS.Signals | undefined;
}

/**
 * Starts this program with other arguments and waits for its end. What it says to people goes where this one's words go;
 * with an abort it is sent the signal and waited for all the same.
 */
export const startProgram = async (args: readonly string[], {environment = {}, signal, isQuiet = false}: {
	readonly environment?: Readonly<Record<string, string>>;
	readonly signal: AbortSignal;
	/** Drops its results, and its words too. @default false */
	readonly isQuiet?: boolean;
}): Promise<Ending> => new Promise((resolve, reject) => {
	const words = isQuiet ? 'ignore' : 'inherit';
	const child = spawn(process.execPath, [...process.execArgv, process.argv[1]!, ...args], {
		stdio: [isUnderNohup() ? 'inherit' : 'ignore', words, words],
		env: {...process.env, ...environment},
	});
	// In a terminal the other program may have had the signal, too: of the same kind it is the same request.
	const onAbort = (): void => {
		child.kill((signal.reason as ThreadloomError).code === 'INTERRUPTED' ? 'SIGINT' : 'SIGTERM');
	};

	signal.addEventListener('abort', onAbort, {once: true});
	if (signal.aborted) {
		onAbort();
	}

	child.once('error', reject);
	child.once('exit', (code, name) => {
		signal.removeEventListener('abort', onAbort);
		resolve({code: code ?? undefined, signal: name ?? undefined});
	});
});
