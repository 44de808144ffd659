import * as z from 'zod';
import {argmax} from '../tensor/argmax.ts';
import type {TypedArray} from '../tensor/dtypes.ts';
import {createMoments} from '../tensor/moments.ts';
import type {RecordSinkDefinition} from './sink.ts';

interface Tally {
	examples: number;
	readonly moments: ReturnType<typeof createMoments>;
}

const start = (): Tally => ({examples: 0, moments: createMoments(1)});

const add = (tally: Tally, features: TypedArray): void => {
	tally.examples++;
	tally.moments.add(features);
};

const summary = ({examples, moments}: Tally) => {
	const {mean, variance} = moments.result();
	return {examples, mean: mean[0]!, deviation: Math.sqrt(variance[0]!)};
};

/** What the sink comes to. */
export interface Statistics {
	readonly examples: number;
	readonly mean: number;
	/** Population deviation over all elements. */
	readonly deviation: number;
	readonly classes: ReadonlyArray<{readonly name: string; readonly examples: number; readonly mean: number; readonly deviation: number}>;
}

/** Counts the examples of each class, with mean and deviation of their elements, in one pass and constant memory. */
export const statistics: RecordSinkDefinition<Record<string, never>> = {
	kind: 'records',
	options: z.strictObject({}),
	async create(_, {spec}) {
		const all = start();
		const classes = new Map<number, Tally>();
		return {
			write({features, label}) {
				add(all, features);
				const index = typeof label === 'number' ? label : argmax(label);
				const own = classes.get(index) ?? start();
				classes.set(index, own);
				add(own, features);
			},
			async finish(): Promise<Statistics> {
				const indices = spec.classes?.map((_name, index) => index) ?? [...classes.keys()].toSorted((a, b) => a - b);
				return {
					...summary(all),
					classes: indices.map(index => ({name: spec.classes?.[index] ?? String(index), ...summary(classes.get(index) ?? start())})),
				};
			},
		};
	},
};
