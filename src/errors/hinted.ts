import {ThreadloomError} from './threadloom-error.ts';

/** An error with another hint than its code has, where more is known of what led to it. */
export const hinted = (error: ThreadloomError, hint: string): ThreadloomError =>
	new ThreadloomError(error.code, error.message, {details: error.details, hint, exitCode: error.exitCode, cause: error});
