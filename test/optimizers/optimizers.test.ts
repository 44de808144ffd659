import test from 'ava';
import type {OptimizerConfig} from '../../src/optimizers/config.ts';
import {createOptimizer} from '../../src/optimizers/registry.ts';
import {optimizerSchema, resolveOptimizer} from '../../src/optimizers/schema.ts';
import {gradients, learningRate, start, updates} from './keras.ts';

type FloatConstructor = typeof Float32Array | typeof Float64Array;

/** Runs an optimizer on its own copy of everything. */
const descend = (config: OptimizerConfig, {Type = Float64Array, steps = gradients, from = start}: {
	readonly Type?: FloatConstructor;
	readonly steps?: ReadonlyArray<readonly number[]>;
	readonly from?: readonly number[];
} = {}) => {
	const optimizer = createOptimizer(config);
	const parameters = Type.from(from);
	const slots = optimizer.slots.map(slot => new Type(from.length).fill(optimizer.initialValue(slot)));
	for (const [index, step] of steps.entries()) {
		optimizer.update({parameters, gradients: Type.from(step), slots, scale: 1, scalars: optimizer.scalars({step: index + 1, learningRate})});
	}

	return {parameters, slots, names: optimizer.slots};
};

const isClose = (a: number, b: number, tolerance: number): boolean => Math.abs(a - b) <= tolerance * Math.max(1, Math.abs(b));

for (const {given, config, expected} of updates) {
	const title = JSON.stringify(given);

	test(`${title} gives Keras's parameters after five steps`, t => {
		for (const Type of [Float32Array, Float64Array]) {
			const {parameters} = descend(config, {Type});
			t.true(expected.every((value, index) => isClose(parameters[index]!, value, 2e-6)), `${Type.name}: ${parameters.join(' ')}`);
		}
	});

	test(`${title} fills in Keras's defaults`, t => {
		t.deepEqual(resolveOptimizer(optimizerSchema.parse(given)).optimizer, config);
	});

	test(`${title} gives the same bits when the vector is cut into blocks`, t => {
		const {parameters: whole} = descend(config, {Type: Float32Array});
		const parts = start.map((value, index) => descend(config, {Type: Float32Array, from: [value], steps: gradients.map(step => [step[index]!])}).parameters[0]!);
		t.deepEqual(parts, [...whole]);
	});
}

/** Each rule in one weight's own history, written from its paper without looking at slots. */
const histories: ReadonlyArray<readonly [OptimizerConfig, (history: readonly number[]) => number]> = [
	[{name: 'sgd', momentum: 0.9, nesterov: false}, history => history.reduce((sum, gradient, index) => sum - learningRate * gradient * (0.9 ** (history.length - 1 - index)), 0)],
	[{name: 'adagrad', initialAccumulatorValue: 0.1, epsilon: 1e-7}, history =>
		-learningRate * history.at(-1)! / Math.sqrt(history.reduce((sum, gradient) => sum + gradient ** 2, 0.1) + 1e-7)],
	[{name: 'rmsprop', rho: 0.9, momentum: 0, epsilon: 1e-7, centered: false}, history =>
		-learningRate * history.at(-1)! / Math.sqrt(weighted(history.map(gradient => gradient ** 2), 0.9) + 1e-7)],
	[{name: 'rmsprop', rho: 0.9, momentum: 0, epsilon: 1e-7, centered: true}, history =>
		-learningRate * history.at(-1)! / Math.sqrt(weighted(history.map(gradient => gradient ** 2), 0.9) - weighted(history, 0.9) ** 2 + 1e-7)],
	[{name: 'adam', beta1: 0.9, beta2: 0.999, epsilon: 1e-7}, history => {
		// The moments without bias; epsilon stands beside the biased root, as in Keras.
		const correction = Math.sqrt(1 - 0.999 ** history.length);
		const first = weighted(history, 0.9) / (1 - 0.9 ** history.length);
		const second = weighted(history.map(gradient => gradient ** 2), 0.999) / (1 - 0.999 ** history.length);
		return -learningRate * first / (Math.sqrt(second) + 1e-7 / correction);
	}],
];

/** Exponentially weighted sum from zero: (1 − decay) Σ decay^(t − i) x_i. */
const weighted = (values: readonly number[], decay: number): number =>
	values.reduce((sum, value, index) => sum + (1 - decay) * (decay ** (values.length - 1 - index)) * value, 0);

for (const [config, change] of histories) {
	test(`${JSON.stringify(config)} follows its published formula in every step`, t => {
		const history: number[] = [];
		let expected = 0.5;
		for (const gradient of [0.3, -1.2, 0.07, 2.5, -0.4, 0, 0.9]) {
			history.push(gradient);
			expected += change(history);
			const {parameters} = descend(config, {from: [0.5], steps: history.map(value => [value])});
			t.true(isClose(parameters[0]!, expected, 1e-12), `${history.length}: ${parameters[0]} and not ${expected}`);
		}
	});
}

test('AdamW without a gradient only takes off learning rate × decay of each parameter', t => {
	const {parameters} = descend({name: 'adamw', beta1: 0.9, beta2: 0.999, epsilon: 1e-7, weightDecay: 0.1}, {from: [2], steps: [[0], [0]]});
	t.true(isClose(parameters[0]!, 2 * (1 - learningRate * 0.1) ** 2, 1e-15));
});

test('a gradient that falls and then stays never makes centered RMSprop take the root of a negative number', t => {
	const config = {name: 'rmsprop', rho: 0.9, momentum: 0, epsilon: 1e-7, centered: true} as const;
	for (const gradient of [0.55, 1.1, 1.9, 50]) {
		const steps = Array.from({length: 500}, (_, index) => [index < 200 ? 2 * gradient : gradient]);
		const {parameters} = descend(config, {Type: Float32Array, from: [1], steps});
		t.true(Number.isFinite(parameters[0]!), `gradient ${gradient}`);
	}
});

test('Adam keeps no denormal numbers in float32 moments, and all of them in float64 ones', t => {
	const config = {name: 'adam', beta1: 0.9, beta2: 0.999, epsilon: 1e-7} as const;
	const steps = [[1e-14], ...Array.from({length: 1200}, () => [0])];
	const {slots} = descend(config, {Type: Float32Array, from: [1], steps});
	t.deepEqual(slots.map(slot => slot[0]), [0, 0]);
	t.true(descend(config, {from: [1], steps}).slots.every(slot => slot[0]! > 0));
});

test('the slots of a configuration are those that its rule needs', t => {
	const slotsOf = (given: unknown) => createOptimizer(resolveOptimizer(optimizerSchema.parse(given)).optimizer).slots;
	t.deepEqual(slotsOf('sgd'), []);
	t.deepEqual(slotsOf({sgd: {momentum: 0.5}}), ['momentum']);
	t.deepEqual(slotsOf('rmsprop'), ['velocity']);
	t.deepEqual(slotsOf({rmsprop: {momentum: 0.5, centered: true}}), ['velocity', 'momentum', 'averageGradient']);
	t.deepEqual(slotsOf('adagrad'), ['accumulator']);
	t.deepEqual(slotsOf('adam'), ['momentum', 'velocity']);
	t.deepEqual(slotsOf('adamw'), ['momentum', 'velocity']);
});
