import type {OptimizerConfig} from './config.ts';
import type {Optimizer, UpdateBlock} from './optimizer.ts';

/** Below these a gradient or a moment changes no float32 parameter, and as a denormal it would cost ten times the time. */
const negligible = {gradient: 1e-16, moment: 8e-31};

/** One step of Adam's moments; `decay` is taken off the parameters first, as AdamW does. */
const updateMoments = (
	{parameters, gradients, slots, step, learningRate}: UpdateBlock,
	{beta1, beta2, epsilon, decay}: {readonly beta1: number; readonly beta2: number; readonly epsilon: number; readonly decay: number},
): void => {
	const first = slots[0]!;
	const second = slots[1]!;
	const rate = learningRate * Math.sqrt(1 - beta2 ** step) / (1 - beta1 ** step);
	const keep = 1 - learningRate * decay;
	const flushes = parameters instanceof Float32Array;
	for (let index = 0; index < parameters.length; index++) {
		let gradient = gradients[index]!;
		let mean = first[index]!;
		let square = second[index]!;
		if (flushes && Math.abs(gradient) <= negligible.gradient) {
			gradient = 0;
		}

		mean += (gradient - mean) * (1 - beta1);
		square += (gradient * gradient - square) * (1 - beta2);
		if (flushes) {
			mean = Math.abs(mean) <= negligible.moment ? 0 : mean;
			square = square <= negligible.moment ? 0 : square;
		}

		first[index] = mean;
		second[index] = square;
		parameters[index] = parameters[index]! * keep - rate * mean / (Math.sqrt(square) + epsilon);
	}
};

/**
 * Adam: m ← β₁ m + (1 − β₁) g; v ← β₂ v + (1 − β₂) g²; w ← w − η √(1 − β₂ᵗ) / (1 − β₁ᵗ) · m / (√v + ε).
 *
 * Source: D. Kingma and J. Ba, ICLR 2015, the form before section 2.1, which Keras uses.
 */
export const adam = ({beta1, beta2, epsilon}: Extract<OptimizerConfig, {name: 'adam'}>): Optimizer => ({
	name: 'adam',
	slots: ['momentum', 'velocity'],
	initialValue: () => 0,
	update(block) {
		updateMoments(block, {beta1, beta2, epsilon, decay: 0});
	},
});

/**
 * AdamW: w ← w (1 − η λ), then Adam's step.
 *
 * Source: I. Loshchilov and F. Hutter, ICLR 2019, in Keras's form.
 */
export const adamw = ({beta1, beta2, epsilon, weightDecay}: Extract<OptimizerConfig, {name: 'adamw'}>): Optimizer => ({
	name: 'adamw',
	slots: ['momentum', 'velocity'],
	initialValue: () => 0,
	update(block) {
		updateMoments(block, {beta1, beta2, epsilon, decay: weightDecay});
	},
});
