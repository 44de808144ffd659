import type {Definition} from '../definition/schema.ts';
import {digestOfJson} from './digest-json.ts';

/** Parts of a definition that may differ when a run goes on, because they change none of its numbers. */
const indifferent = [
	'$schema', 'name', 'description', 'sinks', 'memory', 'network', 'training.workers', 'training.engine', 'training.unsafeOutputs', 'training.checkpoints',
] as const;
/** Parts that decide how long a training lasts and which epoch is taken, and not what a step computes. */
const adjustable = ['training.epochs', 'training.maxSkippedSteps', 'training.validateEvery', 'training.monitor', 'training.restoreBest', 'training.earlyStopping'] as const;

/** One place where two definitions differ. */
export interface Difference {
	readonly path: string;
	readonly before: unknown;
	readonly now: unknown;
	/** Whether it may change when it is wanted. */
	readonly isAdjustable: boolean;
}

const isUnder = (path: string, parents: readonly string[]): boolean => parents.some(parent => path === parent || path.startsWith(`${parent}.`));

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === 'object' && value !== null && !Array.isArray(value);

/** Leaves of a value by their paths. */
const leavesOf = (value: unknown, path: string): ReadonlyArray<readonly [string, unknown]> => (isObject(value)
	? Object.entries(value).flatMap(([key, inner]) => leavesOf(inner, path === '' ? key : `${path}.${key}`))
	: [[path, value]]);

/** Whatever decides the numbers of a run: leaves by path, in a fixed order. */
const essenceOf = (definition: Definition): ReadonlyMap<string, unknown> => new Map(leavesOf(definition, '')
	.filter(([, value]) => value !== undefined)
	.filter(([path]) => !isUnder(path, indifferent))
	.toSorted(([a], [b]) => (a < b ? -1 : 1)));

/** A digest of what decides the numbers of each step: not the epochs, nor the workers, nor where the report goes. */
export const essenceDigest = (definition: Definition): string =>
	digestOfJson([...essenceOf(definition)].filter(([path]) => !isUnder(path, adjustable)));

/** Where two definitions differ in what decides the numbers of a run. */
export const differencesOf = (before: Definition, now: Definition): readonly Difference[] => {
	const [old, fresh] = [essenceOf(before), essenceOf(now)];
	return [...new Set([...old.keys(), ...fresh.keys()])]
		.filter(path => JSON.stringify(old.get(path)) !== JSON.stringify(fresh.get(path)))
		.map(path => ({path, before: old.get(path), now: fresh.get(path), isAdjustable: isUnder(path, adjustable)}));
};
