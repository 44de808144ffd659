import * as z from 'zod';
import type {OperatorContext} from './operator.ts';

/** The option of every random operator that says in which passes it draws. */
export const whenOption = z.enum(['training', 'always']).default('training')
	.meta({description: 'Whether it acts in training passes only, as in Keras, or in validation and test too.'});

/** Whether a random operator acts in the pass that it was made for. */
export const acts = ({when}: {readonly when: 'training' | 'always'}, {training}: Pick<OperatorContext, 'training'>): boolean =>
	training || when === 'always';

/** A range around zero, Keras's way of writing a factor: one number stands for both sides. */
export const factorRange = (description: string, {least, most}: {readonly least: number; readonly most: number}) => {
	const bound = z.number().min(least).max(most);
	return z.union([z.number().min(0).max(most), z.tuple([bound, bound])]).meta({description});
};

/** The lower and the upper end of a factor; one number stands for −x to x, or for 0 to x where nothing is below 0. */
export const endsOf = (factor: number | readonly [number, number], {least = Number.NEGATIVE_INFINITY}: {readonly least?: number} = {}): readonly [number, number] => {
	if (typeof factor === 'number') {
		return [Math.max(-factor, least), factor];
	}

	const [a, b] = factor;
	return a <= b ? [a, b] : [b, a];
};
