import {setImmediate} from 'node:timers/promises';
import type {CheckpointHeader, Progress} from '../checkpoints/schema.ts';
import {createError} from '../errors/threadloom-error.ts';
import type {State} from '../pool/state.ts';
import {sizeOf} from '../tensor/shape.ts';
import type {Standing, Watched} from '../training/history.ts';
import type {Session} from './session.ts';

/** What every checkpoint of a run says beside its progress. */
export type CheckpointFacts = Pick<CheckpointHeader, 'build' | 'runId' | 'digests' | 'operatorStates'>;

const encodeWatched = ({best, waited}: Watched): Progress['monitor'] => ({waited, ...(best && {best})});

/** The header of a checkpoint. */
export const encodeStanding = ({monitor, stopper, ...standing}: Standing, {session: {pool: {plan}, options}, facts, tensors}: {
	readonly session: Pick<Session, 'options'> & {readonly pool: Pick<Session['pool'], 'plan'>};
	readonly facts: CheckpointFacts;
	readonly tensors: State;
}): CheckpointHeader => ({
	format: 1,
	...facts,
	seed: options.seed,
	shards: options.shards,
	engine: {name: plan.engine, ...plan.lowering},
	optimizer: options.optimizer.name,
	progress: {...standing, monitor: encodeWatched(monitor), stopper: encodeWatched(stopper)},
	layout: plan.layout.map(entry => ({...entry, shape: [...entry.shape]})),
	tensors: Object.entries(tensors).map(([name, vector]) => ({name, dtype: options.precision, length: vector.length})),
});

/** The progress of a checkpoint as training takes it up. */
export const standingOf = ({monitor, stopper, ...progress}: Progress): Standing => ({
	...progress,
	monitor: {best: monitor.best, waited: monitor.waited},
	stopper: {best: stopper.best, waited: stopper.waited},
});

/** A state that holds numbers which are not finite is never kept. @throws DIVERGED naming the first tensor */
export const checkFiniteState = async (tensors: State, {layout, progress: {step, epoch, batch}}: CheckpointHeader): Promise<void> => {
	for (const [name, vector] of Object.entries(tensors)) {
		for (const {name: tensor, offset, shape} of layout) {
			if (!isFinite(vector.subarray(offset, offset + sizeOf(shape)))) {
				throw createError('DIVERGED', {step, epoch: batch === 0 ? epoch : epoch + 1, quantity: name === 'parameters' ? 'parameter' : `optimizer's ${name}`, tensor, lastLoss: undefined});
			}
		}

		await setImmediate();
	}
};

/** The difference of a finite number with itself is 0, of any other NaN. */
const isFinite = (values: State[string]): boolean => {
	let sum = 0;
	for (let index = 0; index < values.length; index++) {
		sum += values[index]! - values[index]!;
	}

	return sum === 0;
};
