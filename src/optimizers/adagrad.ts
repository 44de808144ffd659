import type {OptimizerConfig} from './config.ts';
import {roundingOf, type Optimizer} from './optimizer.ts';

/**
 * Adagrad: a ← a + g²; w ← w − η g / √(a + ε).
 *
 * Source: J. Duchi, E. Hazan and Y. Singer, JMLR 12, 2011, in Keras's form.
 */
export const adagrad = ({initialAccumulatorValue, epsilon}: Extract<OptimizerConfig, {name: 'adagrad'}>): Optimizer => ({
	name: 'adagrad',
	slots: ['accumulator'],
	initialValue: () => initialAccumulatorValue,
	kernel: 'adagrad',
	scalars: ({learningRate}) => [learningRate, epsilon],
	update({parameters, gradients, slots, scale: givenScale, scalars}) {
		const accumulator = slots[0]!;
		const round = roundingOf(parameters);
		const [scale, rate, bias] = [givenScale, ...scalars].map(value => round(value)) as [number, number, number];
		for (let index = 0; index < parameters.length; index++) {
			const gradient = round(gradients[index]! * scale);
			const sum = round(accumulator[index]! + round(gradient * gradient));
			accumulator[index] = sum;
			parameters[index] = parameters[index]! - round(round(rate * gradient) / round(Math.sqrt(round(sum + bias))));
		}
	},
});
