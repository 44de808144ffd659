import {toState, type State} from '../pool/state.ts';
import type {Standing} from '../training/history.ts';
import type {Session} from './session.ts';

/** The whole state of a training at one step, in memory. */
export interface Snapshot {
	readonly standing: Standing;
	/** Canonical; converted when it is first asked for. */
	readonly state: () => Promise<State>;
}

/** What the state is taken from. */
export interface KeptSession extends Pick<Session, 'options' | 'begun'> {
	readonly pool: Pick<Session['pool'], 'plan' | 'copyOut'>;
	readonly engine: Pick<Session['engine'], 'toCanonical'>;
}

/** Takes the state of one training as it goes on. */
export interface Snapshots {
	/** Has no snapshot but what the workers began with. */
	readonly begin: (standing: Standing) => void;
	/** While the workers stand still. */
	readonly take: (standing: Standing) => Promise<Snapshot>;
	/** The newest one. */
	readonly latest: () => Snapshot | undefined;
}

/** Makes the snapshots of the session that trains now. */
export const createSnapshots = (session: () => KeptSession): Snapshots => {
	let latest: Snapshot | undefined;
	let converting: Promise<unknown> = Promise.resolve();
	return {
		begin(standing) {
			latest = {standing, state: async () => session().begun()};
		},
		async take(standing) {
			// The place that is written next may be read from still.
			await converting;
			const {pool, engine} = session();
			const regions = await pool.copyOut();
			let state: Promise<State> | undefined;
			latest = {
				standing,
				state() {
					if (state === undefined) {
						state = toState(pool, engine, regions);
						converting = state.catch(() => undefined);
					}

					return state;
				},
			};
			return latest;
		},
		latest: () => latest,
	};
};
