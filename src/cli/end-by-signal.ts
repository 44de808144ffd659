import os from 'node:os';
import process from 'node:process';

/**
 * Ends the program by a signal to itself, for which it has no listener any more: a thread in native code may not be ended, so nothing is cleared away.
 * The first process of a container is sent none of its own, not even one that kills, and leaves by other means.
 */
export const endBySignal = (name: 'SIGINT' | 'SIGTERM' | 'SIGKILL'): void => {
	process.kill(process.pid, name);
	if (name === 'SIGKILL') {
		process.abort();
	}

	process.exit(128 + os.constants.signals[name]); // eslint-disable-line unicorn/no-process-exit -- it would not end by itself
};
