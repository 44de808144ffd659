import * as z from 'zod';
import type {RecordSinkDefinition} from './sink.ts';

/** Count, mean and deviation of all elements of some examples, by Welford's update of one example at a time. */
interface Moments {
	examples: number;
	elements: number;
	mean: number;
	squares: number;
}

const start = (): Moments => ({examples: 0, elements: 0, mean: 0, squares: 0});

/**
 * Merges the moments of one example's elements.
 *
 * Source: T. Chan, G. Golub and R. LeVeque, "Updating formulae and a pairwise algorithm", 1979.
 */
const add = (moments: Moments, features: ArrayLike<number>): void => {
	let sum = 0;
	let squares = 0;
	for (let index = 0; index < features.length; index++) {
		const value = features[index]!;
		sum += value;
		squares += value * value;
	}

	const count = features.length;
	const mean = sum / count;
	const elements = moments.elements + count;
	const difference = mean - moments.mean;
	moments.squares += Math.max(0, squares - sum * mean) + difference * difference * moments.elements * count / elements;
	moments.mean += difference * count / elements;
	moments.elements = elements;
	moments.examples++;
};

const summary = ({examples, elements, mean, squares}: Moments) => ({examples, mean, deviation: elements === 0 ? 0 : Math.sqrt(squares / elements)});

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
		const classes = new Map<number, Moments>();
		return {
			write({features, label}) {
				add(all, features);
				const index = typeof label === 'number' ? label : label.indexOf(Math.max(...label) as never);
				const moments = classes.get(index) ?? start();
				classes.set(index, moments);
				add(moments, features);
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
