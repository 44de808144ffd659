import {entry} from '../entry.ts';

export const outputErrors = {
	OUTPUT_EXISTS: entry(
		'cannotCreate',
		(d: {path: string}) => `The output exists already (${d.path})`,
		() => 'Choose another place with --out, or overwrite it with --force; in code these are the options `out` and `force`.',
	),
	OUTPUT_UNWRITABLE: entry(
		'cannotCreate',
		(d: {path: string; reason: string}) => `The output cannot be created: ${d.reason} (${d.path})`,
		() => 'Choose a folder that you may write to with --out, in code `out`.',
	),
	WRITE_FAILED: entry(
		'outputFailed',
		(d: {path: string; reason: string}) => `Writing failed: ${d.reason} (file ${d.path})`,
		() => 'Make room or mend the disk, or choose another place: TMPDIR names that of temporary files. What a run had in its last checkpoint is kept: go on with "pipeline resume".',
	),
};
