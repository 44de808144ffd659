import process from 'node:process';
import {createError, type ThreadloomError} from '../errors/threadloom-error.ts';

const codes = {SIGINT: 130, SIGTERM: 143, SIGHUP: 143} as const;

/** The first signal asks for an orderly end, the second ends at once. */
export interface Signals {
	readonly signal: AbortSignal;
	/** The interruption as an error, once there was one. */
	readonly interruption: () => ThreadloomError | undefined;
	readonly dispose: () => void;
}

/** Listens for signals until it is disposed of. */
export const hearSignals = (): Signals => {
	const controller = new AbortController();
	let first: keyof typeof codes | undefined;
	const interruption = (): ThreadloomError | undefined => first && createError(first === 'SIGINT' ? 'INTERRUPTED' : 'TERMINATED', {signal: first});
	const onSignal = (name: keyof typeof codes) => (): void => {
		if (first !== undefined) {
			process.exit(codes[name]); // eslint-disable-line unicorn/no-process-exit -- the second signal asks for just that
		}

		first = name;
		controller.abort(interruption());
	};

	const listeners = (Object.keys(codes) as Array<keyof typeof codes>).map(name => ({name, listener: onSignal(name)}));
	for (const {name, listener} of listeners) {
		process.on(name, listener);
	}

	return {
		signal: controller.signal,
		interruption,
		dispose() {
			for (const {name, listener} of listeners) {
				process.off(name, listener);
			}
		},
	};
};
