import fs from 'node:fs/promises';
import path from 'node:path';
import {readRegular} from '../errors/regular-file.ts';

/** What a run can be asked for from outside while it trains. */
export interface RunControl {
	/** Asks for a checkpoint; training goes on. */
	readonly checkpoint: () => void;
	/** Hears of it; gives what ends the hearing. */
	readonly onCheckpoint: (listener: () => void) => () => void;
}

/** Makes the control of a run. */
export const createControl = (): RunControl => {
	const listeners = new Set<() => void>();
	return {
		checkpoint() {
			for (const listener of listeners) {
				listener();
			}
		},
		onCheckpoint(listener) {
			listeners.add(listener);
			return () => {
				listeners.delete(listener);
			};
		},
	};
};

const lookEveryMs = 500;

/** Name of the file in a run directory that does what signals do where there are none. */
export const controlName = 'control';

/**
 * Obeys the file `control` in a run directory: `checkpoint` asks for one, `stop` for the end after the step that runs.
 * What was obeyed is removed.
 */
export const watchControlFile = (directory: string, {checkpoint, stop}: {readonly checkpoint: () => void; readonly stop: () => void}): () => void => {
	const file = path.join(directory, controlName);
	let isLooking = false;
	const look = async (): Promise<void> => {
		const word = (await readRegular(file)).toString().trim();

		await fs.rm(file, {force: true});
		if (word === 'stop') {
			stop();
		} else if (word === 'checkpoint') {
			checkpoint();
		}
	};

	const timer = setInterval(async () => {
		if (!isLooking) {
			isLooking = true;
			await look().catch(() => {}); // Mostly there is none; a folder that cannot be read is another's trouble.
			isLooking = false;
		}
	}, lookEveryMs);
	timer.unref();
	return () => {
		clearInterval(timer);
	};
};
