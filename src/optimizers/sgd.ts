import type {OptimizerConfig} from './config.ts';
import type {Optimizer} from './optimizer.ts';

/**
 * Gradient descent: w ← w − η g; with momentum m: v ← m v − η g, w ← w + v; with Nesterov's w ← w + m v − η g.
 *
 * Source: I. Sutskever et al., ICML 2013, in Keras's form.
 */
export const sgd = ({momentum, nesterov}: Extract<OptimizerConfig, {name: 'sgd'}>): Optimizer => ({
	name: 'sgd',
	slots: momentum === 0 ? [] : ['momentum'],
	initialValue: () => 0,
	update({parameters, gradients, slots: [velocity], learningRate}) {
		if (velocity === undefined) {
			for (let index = 0; index < parameters.length; index++) {
				parameters[index]! -= learningRate * gradients[index]!;
			}

			return;
		}

		for (let index = 0; index < parameters.length; index++) {
			const change = learningRate * gradients[index]!;
			const speed = momentum * velocity[index]! - change;
			velocity[index] = speed;
			parameters[index]! += nesterov ? momentum * speed - change : speed;
		}
	},
});
