import type {OptimizerConfig} from './config.ts';
import type {Optimizer} from './optimizer.ts';

/**
 * Adagrad: a ← a + g²; w ← w − η g / √(a + ε).
 *
 * Source: J. Duchi, E. Hazan and Y. Singer, JMLR 12, 2011, in Keras's form.
 */
export const adagrad = ({initialAccumulatorValue, epsilon}: Extract<OptimizerConfig, {name: 'adagrad'}>): Optimizer => ({
	name: 'adagrad',
	slots: ['accumulator'],
	initialValue: () => initialAccumulatorValue,
	update({parameters, gradients, slots, learningRate}) {
		const accumulator = slots[0]!;
		for (let index = 0; index < parameters.length; index++) {
			const gradient = gradients[index]!;
			accumulator[index]! += gradient * gradient;
			parameters[index]! -= learningRate * gradient / Math.sqrt(accumulator[index]! + epsilon);
		}
	},
});
