import {entry} from '../entry.ts';

export const checkpointErrors = {
	CHECKPOINT_MISSING: entry('noCheckpoint', (d: {path: string}) => `There is no checkpoint (${d.path})`),
	RUN_UNREADABLE: entry(
		'noInput',
		(d: {path: string; reason: string}) => `This is no run directory: ${d.reason} (file ${d.path})`,
		() => 'Name the directory that a run printed at its end, or runs/latest.',
	),
	CHECKPOINT_INVALID: entry(
		'noCheckpoint',
		(d: {path: string; reason: string}) => `The checkpoint cannot be used: ${d.reason} (file ${d.path})`,
	),
};
