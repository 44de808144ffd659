import fs from 'node:fs';
import {hasCode} from '../errors/thrown.ts';

/**
 * Whether `nohup` started the program from a terminal. Node takes back that a parent ignored SIGHUP, so the only trace is the
 * one that GNU's nohup leaves on purpose: a standard input that is the null device, open for writing alone.
 */
export const isUnderNohup = (): boolean => {
	try {
		const {rdev} = fs.statSync('/dev/null');
		if (fs.fstatSync(0).rdev === rdev) {
			fs.readSync(0, new Uint8Array(1)); // The null device is at its end at once.
		}

		return false;
	} catch (error) {
		return hasCode(error, 'EBADF');
	}
};
