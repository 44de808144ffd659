import process from 'node:process';
import {createError} from '../errors/threadloom-error.ts';
import {asThreadloomError} from '../errors/wire.ts';
import {parseDuration} from '../schema/duration.ts';
import type {SingleCommand} from './command.ts';
import {endBySignal} from './end-by-signal.ts';
import type {Flags} from './flags.ts';
import type {Output} from './io.ts';
import {hearSignals} from './signals.ts';

/** How long a thread in a native call may keep the program from its end. */
const stuckMs = 5000;

/** All is said and written: a thread that still computes is ended with the program, by the only means that does not wait for it. */
const endAnyway = (): void => {
	setTimeout(() => {
		endBySignal('SIGKILL');
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

		output.warn('a module left something running, such as a timer or a connection; the program ends without it');
		process.exit(); // eslint-disable-line unicorn/no-process-exit -- it would not end by itself
	}, lingerMs).unref();
};

/** What an interruption does not explain: itself, with the command that goes on, and what it should have kept and could not. It explains whatever else went wrong. */
const unexplained: ReadonlySet<string> = new Set(['INTERRUPTED', 'TERMINATED', 'WRITE_FAILED']);

/** Runs a command through signals and faults, and sets the exit code. */
export const execute = async (command: SingleCommand, flags: Flags, argv: readonly string[], output: Output): Promise<void> => {
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
		const fault = unexplained.has(thrown.code) ? thrown : signals.interruption() ?? thrown;
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
