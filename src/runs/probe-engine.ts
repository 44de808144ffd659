import {fork} from 'node:child_process';
import type {EngineName} from '../engines/engine.ts';

/** Whether an engine can be loaded on this machine. */
export interface EngineProbe {
	readonly available: boolean;
	/** Backend, version and family, or the reason why not and what to do. */
	readonly detail: string;
}

/** Finds out in a process of its own: two native libraries in one do not always part in peace. */
export const probeEngine = async (name: EngineName): Promise<EngineProbe> => new Promise(resolve => {
	const child = fork(new URL('probe-entry.js', import.meta.url), [name], {stdio: ['ignore', 'ignore', 'ignore', 'ipc'], execArgv: []});
	child.once('message', message => {
		resolve(message as EngineProbe);
	});
	child.once('exit', (code, signal) => {
		resolve({available: false, detail: `its process ended with ${signal ?? `exit code ${code}`}`});
	});
	child.once('error', error => {
		resolve({available: false, detail: error.message});
	});
});
