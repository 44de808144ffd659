import {createHash} from 'node:crypto';
import {createCheckpointStore, readCheckpoint, type CheckpointStore, type StoredCheckpoint} from '../checkpoints/store.ts';
import type {CheckpointHeader, Progress} from '../checkpoints/schema.ts';
import type {EventBody} from '../events/schema.ts';
import {readState, type State} from '../pool/state.ts';
import type {EpochRecord, Standing} from '../training/history.ts';
import type {Session} from './session.ts';

/** What every checkpoint of a run says beside its progress. */
export type CheckpointFacts = Pick<CheckpointHeader, 'build' | 'runId' | 'digests' | 'operatorStates'>;

/** Keeps the parameters of the best epoch and the checkpoints of a run. */
export interface Keeper {
	/** Takes the state when the epoch is the best so far. */
	readonly epoch: (record: EpochRecord, standing: Standing) => Promise<void>;
	/** Writes the last checkpoint, verified by reading it again, and gives its state. */
	readonly end: (standing: Standing) => Promise<State>;
	readonly best: () => {readonly epoch: number; readonly parameters: State[string]} | undefined;
}

/** Makes the keeper of one training. */
export const createKeeper = ({session, folder, facts, emit}: {
	readonly session: Session;
	/** Where checkpoints go; none are written without. */
	readonly folder: string | undefined;
	readonly facts: () => Promise<CheckpointFacts>;
	readonly emit: (event: EventBody) => void;
}): Keeper => {
	const {pool, engine, options} = session;
	const store: CheckpointStore | undefined = folder === undefined ? undefined : createCheckpointStore(folder);
	let best: {readonly epoch: number; readonly step: number; readonly parameters: State[string]} | undefined;

	const save = async (state: State, standing: Standing, isBest: boolean): Promise<StoredCheckpoint | undefined> => {
		if (store === undefined) {
			return undefined;
		}

		const {plan} = pool;
		const {best: bestStanding, ...rest} = standing;
		const progress: Progress = {...rest, ...(bestStanding && {best: bestStanding})};
		const header: CheckpointHeader = {
			format: 1,
			...await facts(),
			seed: options.seed,
			shards: options.shards,
			engine: {name: plan.engine, ...plan.lowering},
			optimizer: options.optimizer.name,
			progress,
			layout: plan.layout.map(entry => ({...entry, shape: [...entry.shape]})),
			tensors: Object.entries(state).map(([name, vector]) => ({name, dtype: options.precision, length: vector.length})),
		};
		const stored = await store.save({header, tensors: state}, {keep: best === undefined ? [] : [best.step]});
		emit({type: 'checkpoint', ...stored, step: standing.step, epoch: standing.epoch, best: isBest});
		return stored;
	};

	return {
		async epoch(record, standing) {
			if (!record.best) {
				return;
			}

			const state = await readState(pool, engine);
			best = {epoch: record.epoch, step: standing.step, parameters: state['parameters']!};
			await save(state, standing, true);
		},
		async end(standing) {
			const state = await readState(pool, engine);
			const stored = await save(state, standing, best?.step === standing.step);
			if (stored !== undefined) {
				await readCheckpoint(stored.path);
			}

			return state;
		},
		best: () => best,
	};
};

/** sha256 of canonical parameters as they lie in memory, little-endian. */
export const digestOf = ({buffer, byteOffset, byteLength}: State[string]): string =>
	createHash('sha256').update(new Uint8Array(buffer, byteOffset, byteLength)).digest('hex');
