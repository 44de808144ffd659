import {entry} from '../entry.ts';

export const dataErrors = {
	FILE_NOT_FOUND: entry(
		'noInput',
		(d: {path: string}) => `There is no such file (file ${d.path})`,
		() => 'Check the path; relative paths start at the folder of the definition.',
	),
	GZIP_TRUNCATED: entry(
		'data',
		(d: {path: string; offset: number}) => `The gzip stream ends before its trailer (file ${d.path}, byte ${d.offset})`,
		() => 'The file is incomplete. Fetch it again.',
	),
};
