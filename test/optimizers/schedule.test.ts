import test from 'ava';
import {learningRateAt, type Schedule} from '../../src/optimizers/schedule.ts';
import {optimizerSchema, resolveOptimizer} from '../../src/optimizers/schema.ts';
import {cycles, rates, steps} from './keras.ts';

const scheduleOf = (learningRate: unknown): Schedule => resolveOptimizer(optimizerSchema.parse({sgd: {learningRate}})).schedule;

const isClose = (a: number, b: number, tolerance: number): boolean => Math.abs(a - b) <= tolerance * Math.max(1e-3, Math.abs(b));

for (const {given, expected} of rates) {
	test(`${JSON.stringify(given)} gives Keras's rates`, t => {
		const schedule = scheduleOf(given);
		const actual = steps.map(step => learningRateAt(schedule, step));
		t.true(actual.every((rate, index) => isClose(rate, expected[index]!, 2e-6)), `rates: ${actual.join(' ')}`);
	});
}

for (const {given, expected} of cycles) {
	test(`${JSON.stringify(given)} gives PyTorch's rates and stays at the last one`, t => {
		const schedule = scheduleOf(given);
		const actual = expected.map((_, step) => learningRateAt(schedule, step));
		t.true(actual.every((rate, index) => isClose(rate, expected[index]!, 1e-12)), `rates: ${actual.join(' ')}`);
		t.true(isClose(learningRateAt(schedule, expected.length + 100), expected.at(-1)!, 1e-12));
	});
}

test('a number is a constant schedule', t => {
	t.deepEqual(scheduleOf(0.3), {decay: {name: 'constant', learningRate: 0.3}, warmupSteps: 0});
	t.is(learningRateAt(scheduleOf(0.3), 0), 0.3);
	t.is(learningRateAt(scheduleOf(0.3), 1e9), 0.3);
});

test('the default rates are Keras\'s', t => {
	const rateOf = (name: string) => learningRateAt(resolveOptimizer(optimizerSchema.parse(name)).schedule, 0);
	t.deepEqual(['sgd', 'rmsprop', 'adagrad', 'adam', 'adamw'].map(rateOf), [0.01, 0.001, 0.001, 0.001, 0.001]);
});

test('a warm-up rises in equal steps to the first rate, and the decay starts after it', t => {
	const decay = {initialLearningRate: 0.4, decaySteps: 10, decayRate: 0.5};
	const schedule = scheduleOf({exponentialDecay: {...decay, warmupSteps: 4}});
	t.deepEqual([0, 1, 2, 3, 4].map(step => learningRateAt(schedule, step)), [0.1, 0.2, 0.4 * 3 / 4, 0.4, 0.4]);
	const plain = scheduleOf({exponentialDecay: decay});
	t.is(learningRateAt(schedule, 17), learningRateAt(plain, 13));
});

const cosine = {initialLearningRate: 0.1, firstDecaySteps: 3};

test('restarts fall on whole steps, however many there were', t => {
	for (const [options, starts] of [[{...cosine, tMul: 2}, [0, 3, 9, 21, 45, 93, 189]], [{...cosine, tMul: 3}, [0, 3, 12, 39, 120]], [{...cosine, tMul: 1}, [0, 3, 6, 9, 300]]] as const) {
		const schedule = scheduleOf({cosineDecayRestarts: options});
		for (const step of starts) {
			t.is(learningRateAt(schedule, step), 0.1, `tMul ${options.tMul}, step ${step}`);
			t.true(step === 0 || learningRateAt(schedule, step - 1) < 0.1 * 0.9);
		}
	}
});

const refused: ReadonlyArray<readonly [string, unknown, string]> = [
	['an unknown schedule', {cosinDecay: {}}, 'cosinDecay'],
	['an unknown key', {constant: {learningRate: 1, rate: 2}}, 'rate'],
	['a missing key', {exponentialDecay: {initialLearningRate: 1, decayRate: 0.5}}, 'decaySteps'],
	['as many values as boundaries', {piecewiseConstantDecay: {boundaries: [1, 2], values: [1, 2]}}, 'values'],
	['a boundary that stands twice', {piecewiseConstantDecay: {boundaries: [2, 2], values: [1, 2, 3]}}, 'boundaries'],
	['boundaries that fall', {piecewiseConstantDecay: {boundaries: [2, 1], values: [1, 2, 3]}}, 'boundaries'],
	['periods that shrink', {cosineDecayRestarts: {...cosine, tMul: 0.5}}, 'tMul'],
	['a cosine that starts at 0 and has nothing to rise to', {cosineDecay: {initialLearningRate: 0, decaySteps: 3}}, 'initialLearningRate'],
	['a negative rate', -0.1, ''],
];

for (const [what, learningRate, place] of refused) {
	test(`${what} is refused at its place`, t => {
		const result = optimizerSchema.safeParse({sgd: {learningRate}});
		t.false(result.success);
		t.true(JSON.stringify(result.error?.issues).includes(place), `issues: ${JSON.stringify(result.error?.issues)}`);
	});
}

test('an unknown hyperparameter is refused', t => {
	t.false(optimizerSchema.safeParse({adam: {beta_1: 0.9}}).success);
	t.false(optimizerSchema.safeParse({adam: {beta1: 1}}).success);
});
