import type {SplitName} from '../batching/pass.ts';
import {createMeter} from '../stream/meter.ts';
import {take} from '../stream/rx.ts';
import type {Example} from '../tensor/example.ts';
import {iterate} from './iterate.ts';
import {chainOf} from './operator-chain.ts';
import type {PassContext} from './run-pass.ts';
import {examplesInOrder} from './split-set.ts';

/** Which examples are looked at. */
export interface PreviewRequest {
	readonly split: SplitName;
	/** At most so many, from the first on. */
	readonly count: number;
}

/** The first examples of a split after all operators that run in the stream, in stored order, as the first epoch has them; it reads no further. */
export const previewExamples = async (
	{set, links, seed, chain, budgets}: PassContext,
	{split, count}: PreviewRequest,
	{signal}: {readonly signal: AbortSignal},
): Promise<readonly Example[]> => {
	const gate = {meter: createMeter(), budget: budgets.flow + budgets.operators, signal};
	const through = chainOf(links, {...chain, ...gate, seed, epoch: 1, training: split === 'train'});
	const examples: Example[] = [];
	for await (const example of iterate(through(examplesInOrder(set, gate)).pipe(take(count)), gate)) {
		examples.push(example);
	}

	return examples;
};
