import {entry} from '../entry.ts';

export const internalErrors = {
	INTERNAL: entry(
		'internal',
		(d: {reason: string}) => `Something failed that should not: ${d.reason}`,
		() => 'This is a defect of Threadloom. Run again with --verbose and report the stack trace.',
	),
	ABORTED: entry('temporary', (d: {reason: string}) => `The work was stopped before its end: ${d.reason}`),
	INTERRUPTED: entry('interrupted', (d: {signal: string}) => `The run was interrupted by ${d.signal}`),
	TERMINATED: entry('terminated', (d: {signal: string}) => `The run was ended by ${d.signal}`),
	NO_PROGRESS: entry(
		'temporary',
		(d: {stage: string; seconds: number}) => `Nothing moved for ${d.seconds} s (stage: ${d.stage})`,
	),
};
