import {entry} from '../entry.ts';

export const internalErrors = {
	INTERNAL: entry(
		'internal',
		(d: {reason: string}) => `Something failed that should not: ${d.reason}`,
		() => 'This is a defect of Threadloom. Run again with --verbose and report the stack trace.',
	),
	FILES_REFUSED: entry(
		'temporary',
		(d: {reason: string}) => `The system opens no more files for the program: ${d.reason}`,
		() => 'Raise the limit of the shell that starts it, as with "ulimit -n 1024"; where the whole machine has none left (ENFILE), end other programs.',
	),
	THREADS_REFUSED: entry(
		'temporary',
		(d: {reason: string}) => `The system starts no more threads for the program: ${d.reason}`,
		() => 'End other programs, or raise the limit of the user ("ulimit -u") or of the container; fewer --workers, the key `training.workers`, take less.',
	),
	ABORTED: entry('temporary', (d: {reason: string}) => `The work was stopped before its end: ${d.reason}`),
	INTERRUPTED: entry(
		'interrupted',
		(d: {signal: string; resume?: string | undefined}) => `The run was interrupted by ${d.signal}`,
		d => (d.resume === undefined ? 'Run the command again.' : `Go on with "${d.resume}".`),
	),
	TERMINATED: entry(
		'terminated',
		(d: {signal: string; resume?: string | undefined}) => `The run was ended by ${d.signal}`,
		d => (d.resume === undefined ? 'Run the command again.' : `Go on with "${d.resume}".`),
	),
	NO_PROGRESS: entry(
		'temporary',
		(d: {stage: string; seconds: number; state: string}) => `Nothing moved for ${d.seconds} s (stage: ${d.stage}; ${d.state})`,
		() => 'What was trained until the last checkpoint is kept: go on with "pipeline resume".',
	),
};
