import type {PassSource, SplitName} from '../batching/pass.ts';
import type {Pool} from '../pool/pool.ts';
import {createAccumulator, type ScoredRow, type Totals} from './accumulator.ts';

/** Scores one split with the workers' current parameters, exactly and over the whole of it. */
export const evaluateSplit = async ({pool, passes, split, signal, onRow}: {
	readonly pool: Pool;
	readonly passes: PassSource;
	readonly split: SplitName;
	readonly signal: AbortSignal;
	readonly onRow?: (row: ScoredRow) => void;
}): Promise<Totals> => {
	const {model} = pool.plan;
	const accumulator = createAccumulator(model, onRow === undefined ? {} : {onRow});
	const controller = new AbortController();
	const both = AbortSignal.any([signal, controller.signal]);
	const pass = passes.pass({lane: 'evaluation', split, epoch: 1, fromBatch: 0, isFresh: true}, {signal: both});
	const scoring = pool.evaluate({onBatch: accumulator.add, signal: both});
	try {
		await Promise.race([passes.failed, pool.failed, Promise.all([pass, scoring])]);
	} catch (error) {
		// Neither side is left waiting for the other.
		controller.abort(error);
		await Promise.allSettled([pass, scoring]);
		throw error;
	}

	return accumulator.totals();
};
