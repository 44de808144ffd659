import process from 'node:process';
import {createError, type ThreadloomError} from '../errors/threadloom-error.ts';
import {createControl, type RunControl} from '../runs/control.ts';
import {endBySignal} from './end-by-signal.ts';
import {isUnderNohup} from './nohup.ts';

const names = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
type SignalName = (typeof names)[number];

/**
 * How far apart two signals may come and still be one request: `timeout` sends one to a program and then to its whole group,
 * and a key in a terminal reaches a supervised run from the terminal and from its supervisor.
 */
const togetherMs = 250;

/** The first signal asks for an orderly end, a later one ends at once; SIGUSR2 asks for a checkpoint. */
export interface Signals {
	readonly signal: AbortSignal;
	readonly control: RunControl;
	/** The interruption as an error, once there was one. */
	readonly interruption: () => ThreadloomError | undefined;
	readonly dispose: () => void;
}

/** Ends the program as the signal itself would. */
const leave = (name: SignalName): void => {
	const own = name === 'SIGHUP' ? 'SIGTERM' : name;
	process.removeAllListeners(own);
	endBySignal(own);
};

/** Listens for signals until it is disposed of. */
export const hearSignals = ({graceMs, onGiveUp}: {
	/** How long an orderly end may take. */
	readonly graceMs: number;
	/** Told before the program leaves because the end took longer. */
	readonly onGiveUp: (error: ThreadloomError) => void;
}): Signals => {
	const controller = new AbortController();
	const control = createControl();
	let first: SignalName | undefined;
	let since = 0;
	let timer: NodeJS.Timeout | undefined;
	const interruption = (): ThreadloomError | undefined => first && createError(first === 'SIGINT' ? 'INTERRUPTED' : 'TERMINATED', {signal: first});

	const onSignal = (name: SignalName) => (): void => {
		if (first !== undefined) {
			// A terminal that goes away says so more than once: through its shell and by itself. It never asks for haste.
			if (name !== 'SIGHUP' && performance.now() - since > togetherMs) {
				leave(name);
			}

			return;
		}

		first = name;
		since = performance.now();
		timer = setTimeout(() => {
			onGiveUp(interruption()!);
			leave(name);
		}, graceMs);
		timer.unref();
		controller.abort(interruption());
	};

	const listeners: ReadonlyArray<{readonly name: NodeJS.Signals; readonly listener: () => void}> = [
		...names.map(name => ({name, listener: name === 'SIGHUP' && isUnderNohup() ? () => {} : onSignal(name)})),
		{name: 'SIGUSR2', listener: control.checkpoint},
	];
	for (const {name, listener} of listeners) {
		// Windows has no SIGUSR2.
		if (name !== 'SIGUSR2' || process.platform !== 'win32') {
			process.on(name, listener);
		}
	}

	return {
		signal: controller.signal,
		control,
		interruption,
		dispose() {
			clearTimeout(timer);
			for (const {name, listener} of listeners) {
				process.off(name, listener);
			}
		},
	};
};
