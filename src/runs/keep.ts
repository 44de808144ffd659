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

/** Best epochs may follow each other within milliseconds: files of them are written no more often than this. */
const saveEveryMs = 10_000;

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
	let best: {readonly epoch: number; readonly standing: Standing; readonly state: State; isSaved: boolean} | undefined;
	let lastSave = performance.now();

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
		const stored = await store.save({header, tensors: state}, {keep: best === undefined ? [] : [best.standing.step]});
		emit({type: 'checkpoint', ...stored, step: standing.step, epoch: standing.epoch, best: isBest});
		return stored;
	};

	const saveBest = async (): Promise<void> => {
		if (best !== undefined && !best.isSaved) {
			best.isSaved = true;
			await save(best.state, best.standing, true);
			lastSave = performance.now();
		}
	};

	return {
		async epoch(record, standing) {
			if (record.best) {
				best = {epoch: record.epoch, standing, state: await readState(pool, engine), isSaved: false};
			}

			if (performance.now() - lastSave >= saveEveryMs) {
				await saveBest();
			}
		},
		async end(standing) {
			const state = await readState(pool, engine);
			const isBest = best?.standing.step === standing.step;
			if (!isBest) {
				await saveBest();
			}

			const stored = await save(state, standing, isBest);
			if (stored !== undefined) {
				await readCheckpoint(stored.path);
			}

			return state;
		},
		best: () => best && {epoch: best.epoch, parameters: best.state['parameters']!},
	};
};

/** sha256 of canonical parameters as they lie in memory, little-endian. */
export const digestOf = ({buffer, byteOffset, byteLength}: State[string]): string =>
	createHash('sha256').update(new Uint8Array(buffer, byteOffset, byteLength)).digest('hex');
