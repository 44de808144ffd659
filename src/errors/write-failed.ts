import {messageOf} from './thrown.ts';
import {createError, type ThreadloomError} from './threadloom-error.ts';

/** WRITE_FAILED of a file or folder, with what the system said. */
export const writeFailed = (path: string, error: unknown): ThreadloomError =>
	createError('WRITE_FAILED', {path, reason: messageOf(error)}, {cause: error});
