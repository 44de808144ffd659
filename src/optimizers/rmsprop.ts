import type {OptimizerConfig} from './config.ts';
import {roundingOf, type Optimizer} from './optimizer.ts';

/**
 * RMSprop: s ← ρ s + (1 − ρ) g²; step = η g / √(s − a² + ε), with a the running mean of g when centered and 0
 * otherwise; with momentum the step is gathered first.
 *
 * Source: T. Tieleman and G. Hinton, Coursera lecture 6.5, 2012, in Keras's form.
 */
export const rmsprop = ({rho, momentum, epsilon, centered}: Extract<OptimizerConfig, {name: 'rmsprop'}>): Optimizer => {
	const names = ['velocity', ...(momentum > 0 ? ['momentum'] : []), ...(centered ? ['averageGradient'] : [])];
	const meanAt = names.indexOf('averageGradient');
	const momentumAt = names.indexOf('momentum');
	return {
		name: 'rmsprop',
		slots: names,
		initialValue: () => 0,
		kernel: `rmsprop${centered ? 'Centered' : ''}${momentum > 0 ? 'Momentum' : ''}`,
		scalars: ({learningRate}) => [learningRate, rho, 1 - rho, epsilon, ...(momentum > 0 ? [momentum] : [])],
		update({parameters, gradients, slots, scale: givenScale, scalars}) {
			const velocity = slots[0]!;
			const mean = slots[meanAt];
			const gathered = slots[momentumAt];
			const round = roundingOf(parameters);
			const [scale, rate, keep, rest, bias, inertia = 0] = [givenScale, ...scalars].map(value => round(value)) as [number, number, number, number, number, number?];
			for (let index = 0; index < parameters.length; index++) {
				const gradient = round(gradients[index]! * scale);
				let variance = round(round(keep * velocity[index]!) + round(rest * round(gradient * gradient)));
				velocity[index] = variance;
				if (mean !== undefined) {
					const average = round(round(keep * mean[index]!) + round(rest * gradient));
					mean[index] = average;
					// A variance is not negative, but rounded moments may say so.
					variance = Math.max(round(variance - round(average * average)), 0);
				}

				let step = round(round(rate * gradient) / round(Math.sqrt(round(variance + bias))));
				if (gathered !== undefined) {
					step = round(step + round(inertia * gathered[index]!));
					gathered[index] = step;
				}

				parameters[index] = parameters[index]! - step;
			}
		},
	};
};
