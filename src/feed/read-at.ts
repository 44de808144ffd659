import {readSync} from 'node:fs';
import {createError} from '../errors/threadloom-error.ts';
import {messageOf} from '../errors/thrown.ts';

/** A file that is open, and its name for people. */
export interface OpenFile {
	readonly descriptor: number;
	readonly path: string;
}

/** Reads bytes from a position on, and answers how many there were. @throws FILE_UNREADABLE when the disk fails */
export const readAt = ({descriptor, path}: OpenFile, bytes: Uint8Array, {length, position}: {readonly length: number; readonly position: number}): number => {
	try {
		return readSync(descriptor, bytes, 0, length, position);
	} catch (error) {
		throw createError('FILE_UNREADABLE', {path, reason: messageOf(error)}, {cause: error});
	}
};
