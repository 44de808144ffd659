import {commands, word, type CommandName} from './control.ts';

/** Says in one line what the workers of a pool are at. */
export const describeWorkers = (words: Int32Array, workers: number): string => {
	const current = Atomics.load(words, word.command);
	const command = (Object.keys(commands) as CommandName[]).find(name => commands[name] === current) ?? 'none';
	const computing = Array.from({length: workers}, (_, worker) => worker).filter(worker => Atomics.load(words, word.computing + worker) !== 0);
	return [
		`${Atomics.load(words, word.ready)} of ${workers} workers ready`,
		`command ${command}`,
		`${Atomics.load(words, word.progress)} steps of it done`,
		Atomics.load(words, word.waiting) === 1 ? 'waiting for a batch' : `computing: ${computing.length === 0 ? 'none' : computing.join(', ')}`,
	].join(', ');
};
