import type {OptimizerConfig} from './config.ts';
import type {Optimizer} from './optimizer.ts';

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
		update({parameters, gradients, slots, learningRate}) {
			const velocity = slots[0]!;
			const mean = slots[meanAt];
			const gathered = slots[momentumAt];
			for (let index = 0; index < parameters.length; index++) {
				const gradient = gradients[index]!;
				velocity[index] = rho * velocity[index]! + (1 - rho) * gradient * gradient;
				let variance = velocity[index]!;
				if (mean !== undefined) {
					mean[index] = rho * mean[index]! + (1 - rho) * gradient;
					// A variance is not negative, but rounded moments may say so.
					variance = Math.max(variance - mean[index]! * mean[index]!, 0);
				}

				let step = learningRate * gradient / Math.sqrt(variance + epsilon);
				if (gathered !== undefined) {
					step += momentum * gathered[index]!;
					gathered[index] = step;
				}

				parameters[index]! -= step;
			}
		},
	};
};
