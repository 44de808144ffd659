import type {OptimizerConfig} from './config.ts';
import {roundingOf, type Optimizer} from './optimizer.ts';

/**
 * Gradient descent: w ← w − η g; with momentum m: v ← m v − η g, w ← w + v; with Nesterov's w ← w + m v − η g.
 *
 * Source: I. Sutskever et al., ICML 2013, in Keras's form.
 */
export const sgd = ({momentum, nesterov}: Extract<OptimizerConfig, {name: 'sgd'}>): Optimizer => ({
	name: 'sgd',
	slots: momentum === 0 ? [] : ['momentum'],
	initialValue: () => 0,
	kernel: momentum === 0 ? 'sgd' : (nesterov ? 'sgdNesterov' : 'sgdMomentum'),
	scalars: ({learningRate}) => (momentum === 0 ? [learningRate] : [learningRate, momentum]),
	update({parameters, gradients, slots: [velocity], scale: givenScale, scalars}) {
		const round = roundingOf(parameters);
		const [scale, rate, inertia] = [givenScale, ...scalars].map(value => round(value)) as [number, number, number?];
		for (let index = 0; index < parameters.length; index++) {
			const change = round(rate * round(gradients[index]! * scale));
			if (velocity === undefined || inertia === undefined) {
				parameters[index] = parameters[index]! - change;
				continue;
			}

			const speed = round(round(inertia * velocity[index]!) - change);
			velocity[index] = speed;
			parameters[index] = parameters[index]! + (nesterov ? round(round(inertia * speed) - change) : speed);
		}
	},
});
