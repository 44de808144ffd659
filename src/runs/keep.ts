import {createCheckpointStore, readCheckpoint, type CheckpointStore} from '../checkpoints/store.ts';
import type {EventBody} from '../events/schema.ts';
import type {State} from '../pool/state.ts';
import type {EpochRecord, Standing} from '../training/history.ts';
import type {TrainingConfig} from '../training/schema.ts';
import {checkFiniteState, encodeStanding, type CheckpointFacts} from './checkpoint-header.ts';
import {createLeaders} from './leaders.ts';
import {createSaves} from './saves.ts';
import {createSnapshots, type KeptSession, type Snapshot} from './snapshots.ts';

/** The best epoch so far; its state is kept so that it can be restored. */
interface Best {
	readonly epoch: number;
	readonly snapshot: Snapshot;
	isSaved: boolean;
}

/** Keeps the state of one training: snapshots in memory, checkpoints on disk. */
export interface Keeper {
	/** Has no snapshot but what the workers began with. */
	readonly begin: (standing: Standing) => void;
	/** Takes a snapshot; when a checkpoint is due, it is written while training goes on. */
	readonly pause: (standing: Standing, due: 'checkpoint' | 'snapshot') => Promise<void>;
	/** Takes the state when the epoch is the best so far. */
	readonly epoch: (record: EpochRecord, standing: Standing) => Promise<void>;
	/** Gives the last state, and starts to write its checkpoint: `saved` resolves when that was read again and found whole. */
	readonly end: (standing: Standing) => Promise<{readonly state: State; readonly saved: Promise<void>}>;
	/** After a failure: writes the newest snapshot, if it is not on disk yet. */
	readonly rescue: () => Promise<void>;
	/** The newest snapshot: what is made again when a worker is lost are the steps after it. */
	readonly latest: () => Snapshot | undefined;
	readonly best: () => {readonly epoch: number; readonly parameters: () => Promise<State[string]>} | undefined;
	/** Never resolves; rejects when a checkpoint cannot be written. */
	readonly failed: Promise<never>;
}

export interface KeeperOptions {
	/** The workers that train now; lost ones are replaced. */
	readonly session: () => KeptSession;
	/** Where checkpoints go; none are written without. */
	readonly folder: string | undefined;
	readonly checkpoints: TrainingConfig['checkpoints'];
	readonly monitor: NonNullable<TrainingConfig['monitor']>;
	readonly facts: (standing: Standing) => Promise<CheckpointFacts>;
	readonly emit: (event: EventBody) => void;
	/** Makes what was told durable. */
	readonly sync: () => Promise<void>;
	/** Where the training begins. */
	readonly start: Standing;
	/** Of a run that goes on: what was told of it, and the parameters of the best epoch if they may be restored. */
	readonly past: {readonly history: readonly EpochRecord[]; readonly best: State | undefined; readonly isSaved: boolean};
}

/** Best epochs may follow each other within milliseconds: files of them are written no more often than this. */
const saveEveryMs = 10_000;

/** Makes the keeper of one training. */
export const createKeeper = ({session, folder, checkpoints, monitor, facts, emit, sync, start, past}: KeeperOptions): Keeper => {
	const store: CheckpointStore | undefined = folder === undefined ? undefined : createCheckpointStore(folder);
	const leaders = createLeaders(monitor, {count: checkpoints.keepBest, history: past.history});
	const {best: known} = start.monitor;
	let best: Best | undefined = known && past.best && {
		epoch: known.epoch, isSaved: true, snapshot: {standing: {...start, step: known.step}, state: async () => past.best!},
	};
	let savedStep = past.isSaved ? start.step : undefined;
	let lastSave = performance.now();
	const snapshots = createSnapshots(session);
	const saves = createSaves({onError: checkpoints.onError, emit});

	const write = async ({standing, state}: Snapshot): Promise<string | undefined> => {
		if (store === undefined) {
			return undefined;
		}

		const tensors = await state();
		const header = encodeStanding(standing, {session: session(), facts: await facts(standing), tensors});
		await checkFiniteState(tensors, header);
		await sync();
		// An epoch may have become the best one meanwhile: the one that this checkpoint speaks of is needed as long as this is the newest.
		const bests = [best?.snapshot.standing.step, standing.monitor.best?.step].filter(step => step !== undefined);
		const keep = [...leaders.steps(), ...bests];
		const stored = await store.save({header, tensors}, {keep, last: checkpoints.keepLast});
		savedStep = standing.step;
		lastSave = performance.now();
		emit({type: 'checkpoint', ...stored, step: standing.step, epoch: standing.epoch, best: best?.snapshot.standing.step === standing.step});
		return stored.path;
	};

	/** What a checkpoint says of the best epoch is on disk before it. */
	const writeBest = async (): Promise<void> => {
		if (best !== undefined && !best.isSaved) {
			const writing = best;
			await write(writing.snapshot);
			writing.isSaved = true;
		}
	};

	const writeBoth = async (snapshot: Snapshot): Promise<string | undefined> => {
		await snapshot.state();
		const isBest = best?.snapshot.standing.step === snapshot.standing.step && best.snapshot.standing.epoch === snapshot.standing.epoch;
		const written = isBest ? best : undefined;
		if (written === undefined) {
			await writeBest();
		}

		const file = await write(snapshot);
		// While it was written a later epoch may have become the best one, which is not on disk.
		if (written !== undefined) {
			written.isSaved = true;
		}

		return file;
	};

	return {
		begin: snapshots.begin,
		async pause(standing, due) {
			const snapshot = await snapshots.take(standing);
			if (due === 'checkpoint') {
				await saves.begin(async () => writeBoth(snapshot));
			}
		},
		async epoch(record, standing) {
			// One that was broken off is trained to its end when the run goes on, which then needs those before it.
			const isDone = standing.epoch === record.epoch;
			const isLeader = isDone && leaders.observe(record);
			if (record.best || (isLeader && checkpoints.keepBest > 1)) {
				const snapshot = await snapshots.take(standing);
				// In canonical form before the workers' copy is written over, which waits for it.
				snapshot.state().catch(() => {});
				if (record.best) {
					best = {epoch: record.epoch, snapshot, isSaved: false};
				}

				if (checkpoints.keepBest > 1) {
					await saves.begin(async () => writeBoth(snapshot));
				}
			}

			if (checkpoints.keepBest === 1 && performance.now() - lastSave >= saveEveryMs) {
				lastSave = performance.now();
				await saves.begin(writeBest);
			}
		},
		async end(standing) {
			// The last epoch may be the best one, whose state was taken.
			const kept = best?.snapshot.standing === standing ? best : undefined;
			const snapshot = kept?.snapshot ?? await snapshots.take(standing);
			const state = await snapshot.state();
			const saved = saves.last(async () => {
				const file = kept?.isSaved === true ? store?.pathOf(standing.step) : await writeBoth(snapshot);
				if (file !== undefined) {
					await readCheckpoint(file);
				}
			});
			return {state, saved};
		},
		async rescue() {
			await saves.idle();
			const latest = snapshots.latest();
			if (latest !== undefined && latest.standing.step > 0 && (savedStep === undefined || savedStep < latest.standing.step)) {
				await writeBoth(latest);
			}
		},
		latest: snapshots.latest,
		best: () => best && {epoch: best.epoch, parameters: async () => (await best!.snapshot.state())['parameters']!},
		failed: saves.failed,
	};
};
