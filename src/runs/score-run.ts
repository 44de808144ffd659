import type {SplitName} from '../batching/pass.ts';
import {createError} from '../errors/threadloom-error.ts';
import {evaluateSplit} from '../evaluation/evaluate.ts';
import type {ScoredRow, Totals} from '../evaluation/accumulator.ts';
import type {OnEvent} from '../events/schema.ts';
import type {ExampleSpec} from '../tensor/example.ts';
import type {SourceConfig} from '../sources/schema.ts';
import {openFeedAndWorkers} from './open-both.ts';
import {withKept} from './lock.ts';
import type {OpenedRun} from './open-run.ts';
import {operatorChanges} from './operator-changes.ts';
import {withLabelPlace} from './place-label.ts';
import {openSession} from './session.ts';
import type {RunOptions} from './types.ts';

/**
 * Scores a split with the parameters of a finished run, through the operators that it was trained with.
 *
 * @throws TEST_MISSING, and the codes of streams and engines
 */
export const scoreRun = async ({definition, seed, baseDirectory, lock, checkpoint}: OpenedRun, {split, source, options, signal, onRow, onWarning}: {
	readonly split: SplitName;
	/** In place of the test data of the definition. */
	readonly source?: SourceConfig;
	readonly options: RunOptions;
	readonly signal: AbortSignal;
	readonly onRow?: (row: ScoredRow) => void;
	readonly onWarning: (message: string) => void;
}): Promise<{readonly totals: Totals; readonly spec: ExampleSpec | undefined}> => {
	const changed = source === undefined ? definition : {...definition, data: {...definition.data, test: source}};
	if (split === 'test' && changed.data.test === undefined) {
		throw createError('TEST_MISSING', {name: definition.name});
	}

	// Nothing is trained: a shuffled order would have the training records decoded.
	const batches = {...changed.batches, size: changed.batches.size === 'all' ? 1 : changed.batches.size, shuffle: 'none' as const};
	const loaded = {definition: {...changed, batches}, baseDirectory};
	const onEvent: OnEvent = event => {
		if (event.type === 'warning') {
			onWarning(event.message);
		}
	};

	const {feed, workers} = await openFeedAndWorkers({loaded, seed, options: withKept(options, lock), signal, operatorStates: checkpoint.header.operatorStates, onEvent});
	for (const change of operatorChanges(checkpoint.header.digests.operators, feed.info.operatorDigests)) {
		onWarning(`${change}: the run was trained with what was there before`);
	}

	try {
		const {parameters} = checkpoint.tensors;
		const session = await openSession({loaded, feed, seed, workers, onWarning, state: {parameters: parameters!}, trains: false});
		try {
			const totals = await evaluateSplit({pool: session.pool, passes: feed, split, signal, ...(onRow && {onRow})});
			return {totals, spec: feed.info.splits[split]};
		} catch (error) {
			throw await withLabelPlace(error, feed, () => split);
		} finally {
			await session.close();
		}
	} finally {
		await feed.close();
	}
};
