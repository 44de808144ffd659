import {entry} from '../entry.ts';

export const outputErrors = {
	OUTPUT_EXISTS: entry(
		'cannotCreate',
		(d: {path: string}) => `The output exists already (${d.path})`,
		() => 'Choose another folder with --out, or overwrite it with --force.',
	),
	WRITE_FAILED: entry('outputFailed', (d: {path: string; reason: string}) => `Writing failed: ${d.reason} (file ${d.path})`),
};
