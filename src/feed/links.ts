import type {OnEvent} from '../events/schema.ts';
import type {OperatorPlan} from '../operators/plan.ts';
import {isModuleName} from '../operators/resolve.ts';
import {createHoardWatch, type HoardWatch, type HoardWatchOptions, type Suspect} from './hoard-watch.ts';
import type {ChainLink} from './operator-chain.ts';
import type {Stage} from './stage.ts';

/** The operators of a plan that run in RxJS. */
export const linksOf = ({steps, specs, fusedFrom}: OperatorPlan): readonly ChainLink[] =>
	steps.slice(0, fusedFrom).map((step, index) => ({step, input: specs[index]!, output: specs[index + 1]!}));

/**
 * Splits operators into those whose choice can be made once, in the order of the source, and those that run in every
 * pass. `chooses` ends with the last operator that selects; it is empty when an operator before that would not repeat
 * itself.
 */
export const splitChoice = (links: readonly ChainLink[]): {readonly chooses: readonly ChainLink[]; readonly runs: readonly ChainLink[]} => {
	const last = links.findLastIndex(({step}) => step.selects);
	const chooses = links.slice(0, last + 1);
	return chooses.every(({step: {deterministic, cardinality, selects}}) => deterministic && (selects || cardinality === 'one'))
		? {chooses, runs: links.filter(({step}) => !step.selects)}
		: {chooses: [], runs: links};
};

/** Those that are not the package's own. */
const suspectsOf = (links: readonly ChainLink[]): readonly Suspect[] =>
	links.filter(({step}) => isModuleName(step.name)).map(({step: {name, position}}) => ({name, position}));

/** Watches what the operators of users keep in a thread that is the stream's alone. */
export const watchLinks = (links: readonly ChainLink[], {memory, accounted, stage, onEvent}: Pick<HoardWatchOptions, 'memory' | 'accounted'> & {
	readonly stage: Stage;
	readonly onEvent?: OnEvent | undefined;
}): HoardWatch => createHoardWatch({
	memory,
	accounted,
	suspects: suspectsOf(links),
	given: position => stage.work().get(position)?.incoming ?? 0,
	onWarning(message) {
		onEvent?.({type: 'warning', message});
	},
});
