import type {ErrorCode} from '../errors/catalogue.ts';
import {ThreadloomError} from '../errors/threadloom-error.ts';
import type {EventBody} from '../events/schema.ts';
import type {State} from '../pool/state.ts';
import type {Session} from './session.ts';

/** Workers of one run, and others in the place of those that are lost. */
export interface Workforce {
	/** Those that work now. */
	readonly session: () => Session;
	/** Does what needs workers; after a loss it is begun again from what `recover` gives to the new ones. */
	readonly survive: <T>(work: () => Promise<T>, recover: () => Promise<Recovery>) => Promise<T>;
	readonly close: () => Promise<void>;
}

/** What new workers begin with. */
export interface Recovery {
	readonly state: State;
	/** Steps that were done, and the one after which they are made again. */
	readonly step: number;
	readonly from: number;
}

const codes: ReadonlySet<ErrorCode> = new Set(['WORKER_LOST', 'NO_PROGRESS']);
const replacements = 3;

const isLoss = (error: unknown): error is ThreadloomError =>
	error instanceof ThreadloomError && codes.has(error.code) && error.details['stage'] !== 'stream';

/** Makes the workforce of a run: workers are replaced up to three times. */
export const createWorkforce = (first: Session, {emit, signal}: {readonly emit: (event: EventBody) => void; readonly signal: AbortSignal}): Workforce => {
	let session = first;
	let losses = 0;
	let isStuck = false;

	const replace = async (error: ThreadloomError, recover: () => Promise<Recovery>): Promise<void> => {
		const {state, step, from} = await recover();
		emit({type: 'replay', step, from, reason: error.message});
		try {
			session = await session.replace(state);
		} catch (error_) {
			isStuck = error_ instanceof ThreadloomError && error_.code === 'WORKER_STUCK';
			throw error_;
		}
	};

	return {
		session: () => session,
		async survive(work, recover) {
			for (;;) {
				try {
					return await work();
				} catch (error) {
					if (!isLoss(error) || losses === replacements || signal.aborted) {
						throw error;
					}

					losses++;
					await replace(error, recover);
				}
			}
		},
		async close() {
			// A thread that does not come back was waited for already.
			if (!isStuck) {
				await session.close();
			}
		},
	};
};
