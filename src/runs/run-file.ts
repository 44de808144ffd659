import {existsSync} from 'node:fs';
import path from 'node:path';
import type * as z from 'zod';
import {problemsOf} from '../definition/problems.ts';
import type {Tree} from '../definition/tree.ts';
import {readRegular} from '../errors/regular-file.ts';
import {hasCode, messageOf} from '../errors/thrown.ts';
import {createError, type ThreadloomError} from '../errors/threadloom-error.ts';

/** Why a file of a run directory cannot be used; of a file in place of the directory or of none, that. */
export const runUnreadable = (directory: string, file: string, cause: unknown): ThreadloomError => {
	if (hasCode(cause, 'ENOTDIR')) {
		return createError('RUN_UNREADABLE', {path: directory, reason: 'expected a run directory, and this is a file'}, {cause});
	}

	if (hasCode(cause, 'ENOENT')) {
		const reason = existsSync(directory) ? `there is no ${path.relative(directory, file)} in it` : 'there is no such directory';
		return createError('RUN_UNREADABLE', {path: directory, reason}, {cause});
	}

	return createError('RUN_UNREADABLE', {path: file, reason: messageOf(cause)}, {cause});
};

/** Reads a JSON file of a run directory. @throws RUN_UNREADABLE */
export const readJson = async (directory: string, name: string): Promise<unknown> => {
	const file = path.join(directory, name);
	try {
		return JSON.parse((await readRegular(file)).toString());
	} catch (error) {
		throw runUnreadable(directory, file, error);
	}
};

/** Reads a JSON file of a run directory and checks it: somebody may have changed it, or another version written it. @throws RUN_UNREADABLE */
export const readChecked = async <Schema extends z.ZodType>(directory: string, name: string, schema: Schema): Promise<z.output<Schema>> => {
	const tree = await readJson(directory, name);
	const result = schema.safeParse(tree);
	if (result.success) {
		return result.data;
	}

	const file = path.join(directory, name);
	const [first, ...others] = problemsOf(result.error.issues, {schema, tree: tree as Tree, placeOf: () => ({origin: file})});
	const {path: where, message} = first!;
	throw createError('RUN_UNREADABLE', {path: file, reason: `${where === '' ? '' : `${where}: `}${message}${others.length === 0 ? '' : `, and ${others.length} more`}`}, {cause: result.error});
};
