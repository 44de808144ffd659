import {entry} from '../entry.ts';

export const checkpointErrors = {
	CHECKPOINT_INVALID: entry(
		'noCheckpoint',
		(d: {path: string; reason: string}) => `The checkpoint cannot be used: ${d.reason} (file ${d.path})`,
	),
};
