import {entry} from '../entry.ts';

export const checkpointErrors = {
	CHECKPOINT_MISSING: entry(
		'noCheckpoint',
		(d: {path: string}) => `There is no checkpoint (${d.path})`,
		() => 'A run that ended before its first checkpoint is started again with "pipeline run".',
	),
	RUN_UNREADABLE: entry(
		'noInput',
		(d: {path: string; reason: string; /** Whether it is a run, which has ended. @default false */ hasEnded?: boolean}) => `The run cannot be used: ${d.reason} (${d.path})`,
		d => (d.hasEnded === true ? '"pipeline runs show RUN" says how it ended.' : 'Name the directory that a run printed at its end, or runs/latest.'),
	),
	EVENTS_DAMAGED: entry(
		'data',
		(d: {path: string; line: number}) => `The events of the run are damaged: line ${d.line} is no event (${d.path})`,
		() => 'Put the file back as it was, or cut it off before that line: the training goes on exactly all the same, but its report will lack what the lines told.',
	),
	RUN_UNTRAINED: entry(
		'noInput',
		(d: {path: string; ended?: string}) => `The run ${d.ended === undefined ? 'trained no model' : `${d.ended} before its training began`}, so there is nothing of it to compare (${d.path})`,
		d => (d.ended === undefined ? 'Name runs of definitions with a model; "pipeline runs show RUN" says how a run ended.' : 'Its report says why; run it again, or leave it out.'),
	),
	CHECKPOINT_INVALID: entry(
		'noCheckpoint',
		(d: {path: string; reason: string}) => `The checkpoint cannot be used: ${d.reason} (file ${d.path})`,
	),
	CHECKPOINTS_UNUSABLE: entry(
		'noCheckpoint',
		(d: {path: string; count: number; newest: string}) => `None of the ${d.count} checkpoints can be used; of the newest: ${d.newest} (${d.path})`,
		() => 'Nothing was changed. Restore one from a copy, or start again in another directory.',
	),
	RESUME_REFUSED: entry(
		'definition',
		(d: {path: string; differences: readonly string[]; allow?: string | undefined}) => `The run cannot go on as it was: ${d.differences.join('; ')} (checkpoint ${d.path})`,
		d => (d.allow === undefined ? 'Start a new run, or put back what was changed.' : `If that is wanted, say so with ${d.allow}.`),
	),
	RUN_UNWRITABLE: entry(
		'cannotCreate',
		(d: {path: string; reason: string}) => `The run directory cannot be changed: ${d.reason} (${d.path})`,
		() => 'It must be a folder that you may write to.',
	),
	RUN_LOCKED: entry(
		'cannotCreate',
		(d: {path: string; pid: number; host: string; since: string; isElsewhere: boolean}) => `The run directory is in use by process ${d.pid} on ${d.host}, started ${d.since} (${d.path})`,
		d => (d.isElsewhere
			? `Nothing tells from here whether it still runs. Where ${d.host} is gone, as a container is after its end, remove the file .lock in the run directory and call this again.`
			: 'Wait for it, or choose another folder with --out, in code `out`.'),
	),
};
