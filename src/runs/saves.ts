import {createFailure} from '../errors/failure.ts';
import {asThreadloomError} from '../errors/wire.ts';
import type {EventBody} from '../events/schema.ts';
import type {TrainingConfig} from '../training/schema.ts';

/** Writes checkpoints while training goes on, one after the other. */
export interface Saves {
	/** Waits for the ones before, then begins; what goes wrong is told, or ends the training. */
	readonly begin: (work: () => Promise<unknown>) => Promise<void>;
	/** Runs behind the ones before; what goes wrong goes to the caller. */
	readonly last: (work: () => Promise<void>) => Promise<void>;
	/** Resolves when nothing is being written. */
	readonly idle: () => Promise<void>;
	/** Never resolves; rejects when a checkpoint cannot be written. */
	readonly failed: Promise<never>;
}

/** Makes the order in which the checkpoints of one training are written. */
export const createSaves = ({onError, emit}: {
	readonly onError: TrainingConfig['checkpoints']['onError'];
	readonly emit: (event: EventBody) => void;
}): Saves => {
	let saving: Promise<void> = Promise.resolve();
	const {failed, fail} = createFailure();

	const attempt = async (work: () => Promise<unknown>): Promise<void> => {
		try {
			await work();
		} catch (error) {
			const fault = asThreadloomError(error);
			if (onError === 'fail' || fault.code !== 'WRITE_FAILED') {
				fail(fault);
			} else {
				emit({type: 'warning', code: fault.code, message: `a checkpoint was not written and is tried again at the next one: ${fault.message}`});
			}
		}
	};

	return {
		async begin(work) {
			await saving;
			saving = attempt(work);
		},
		last(work) {
			const before = saving;
			const saved = (async () => {
				await before;
				await work();
			})();
			saving = saved.catch(() => {}); // Whoever ends the run hears of it; a rescue comes after it.
			return saved;
		},
		idle: async () => saving,
		failed,
	};
};
