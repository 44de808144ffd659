import type {OptimizerConfig} from './config.ts';
import {roundingOf, type Optimizer} from './optimizer.ts';

/** Below these a gradient or a moment changes no float32 parameter, and as a denormal it would cost ten times the time. */
const negligible = {gradient: 1e-16, moment: 8e-31};

type Moments = Pick<Extract<OptimizerConfig, {name: 'adam'}>, 'beta1' | 'beta2' | 'epsilon'>;

/** The rule of both; `decay` is taken off the parameters first, as AdamW does. */
const byMoments = (name: 'adam' | 'adamw', {beta1, beta2, epsilon}: Moments, decay: number): Optimizer => ({
	name,
	slots: ['momentum', 'velocity'],
	initialValue: () => 0,
	kernel: 'adam',
	scalars: ({step, learningRate}) => [
		learningRate * Math.sqrt(1 - beta2 ** step) / (1 - beta1 ** step),
		1 - beta1,
		1 - beta2,
		epsilon,
		1 - learningRate * decay,
		negligible.gradient,
		negligible.moment,
	],
	update({parameters, gradients, slots, scale: givenScale, scalars}) {
		const first = slots[0]!;
		const second = slots[1]!;
		const round = roundingOf(parameters);
		const [scale, rate, rest1, rest2, bias, keep, ...least] = [givenScale, ...scalars].map(value => round(value)) as [number, number, number, number, number, number, number, number];
		// Float64 has smaller denormals than any gradient.
		const [leastGradient, leastMoment] = parameters instanceof Float32Array ? least : [-1, -1];
		for (let index = 0; index < parameters.length; index++) {
			let gradient = round(gradients[index]! * scale);
			if (Math.abs(gradient) <= leastGradient) {
				gradient = 0;
			}

			let mean = first[index]!;
			mean = round(mean + round(round(gradient - mean) * rest1));
			if (Math.abs(mean) <= leastMoment) {
				mean = 0;
			}

			let square = second[index]!;
			square = round(square + round(round(round(gradient * gradient) - square) * rest2));
			if (square <= leastMoment) {
				square = 0;
			}

			first[index] = mean;
			second[index] = square;
			const step = round(round(rate * mean) / round(round(Math.sqrt(square)) + bias));
			parameters[index] = round(parameters[index]! * keep) - step;
		}
	},
});

/**
 * Adam: m ← β₁ m + (1 − β₁) g; v ← β₂ v + (1 − β₂) g²; w ← w − η √(1 − β₂ᵗ) / (1 − β₁ᵗ) · m / (√v + ε).
 *
 * Source: D. Kingma and J. Ba, ICLR 2015, the form before section 2.1, which Keras uses.
 */
export const adam = (config: Extract<OptimizerConfig, {name: 'adam'}>): Optimizer => byMoments('adam', config, 0);

/**
 * AdamW: w ← w (1 − η λ), then Adam's step.
 *
 * Source: I. Loshchilov and F. Hutter, ICLR 2019, in Keras's form.
 */
export const adamw = (config: Extract<OptimizerConfig, {name: 'adamw'}>): Optimizer => byMoments('adamw', config, config.weightDecay);
