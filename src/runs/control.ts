import fs from 'node:fs/promises';
import path from 'node:path';

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
		const text = await fs.readFile(file, 'utf8').catch(() => undefined);
		if (text === undefined) {
			return;
		}

		await fs.rm(file, {force: true});
		if (text.trim() === 'stop') {
			stop();
		} else if (text.trim() === 'checkpoint') {
			checkpoint();
		}
	};

	const timer = setInterval(async () => {
		if (!isLooking) {
			isLooking = true;
			await look().catch(() => {}); // A folder that cannot be read is another's trouble.
			isLooking = false;
		}
	}, lookEveryMs);
	timer.unref();
	return () => {
		clearInterval(timer);
	};
};
