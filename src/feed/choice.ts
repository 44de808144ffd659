import {unlessAborted} from '../batching/abort-race.ts';
import {createMeter} from '../stream/meter.ts';
import {iterate} from './iterate.ts';
import {splitChoice} from './links.ts';
import {chainOf, type ChainLink, type ChainOptions} from './operator-chain.ts';
import {examplesInOrder, recordsOf, type SplitSet} from './split-set.ts';

/** Numbers of the records that a split's choosing operators leave, in order; undefined for all of a source. */
export type Choice = (options: {readonly signal: AbortSignal}) => Promise<Float64Array | undefined>;

/** Makes the choice of a split: it is found once, in the order of the source, when it is first asked for. */
export const createChoice = (
	set: SplitSet,
	links: readonly ChainLink[],
	{budget, signal, ...chain}: Pick<ChainOptions, 'states' | 'stage' | 'rejects' | 'seed' | 'budget' | 'signal'>,
): Choice => {
	const {chooses} = splitChoice(links);
	let found: Promise<Float64Array | undefined> | undefined;

	const find = async (): Promise<Float64Array | undefined> => {
		if (chooses.length === 0) {
			return recordsOf(set);
		}

		const records: number[] = [];
		const gate = {meter: createMeter(), budget, signal};
		const chosen = chainOf(chooses, {...chain, ...gate, epoch: 0, training: false})(examplesInOrder(set, gate));
		for await (const {index} of iterate(chosen, gate)) {
			records.push(index);
		}

		return Float64Array.from(records);
	};

	return async ({signal: asked}) => {
		found ??= find();
		// Whoever waits hears of a failure.
		found.catch(() => undefined);
		return unlessAborted(found, asked);
	};
};
