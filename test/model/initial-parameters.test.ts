import test from 'ava';
import {initialParameters} from '../../src/model/initial-parameters.ts';
import type {FloatArray} from '../../src/tensor/dtypes.ts';
import {sizeOf} from '../../src/tensor/shape.ts';
import {modelOf} from './networks.ts';

/** The kernel of a convolution with 5 × 5 × 32 = 800 inputs and 5 × 5 × 64 = 1,600 outputs a unit. */
const kernelOf = (kernelInitializer: unknown, seed = 1): FloatArray => {
	const model = modelOf([{conv2d: {filters: 64, kernelSize: 5, kernelInitializer}}, 'flatten'], {input: [5, 5, 32]});
	return initialParameters(model, {seed, precision: 'float32'}).subarray(0, sizeOf(model.layout[0]!.shape));
};

const mean = (values: Iterable<number>): number => {
	const all = [...values];
	return all.reduce((sum, value) => sum + value, 0) / all.length;
};

const deviation = (values: FloatArray): number => {
	const middle = mean(values);
	return Math.sqrt(mean([...values].map(value => (value - middle) ** 2)));
};

const largest = (values: FloatArray): number => [...values].reduce((most, value) => Math.max(most, Math.abs(value)), 0);

/** What is left of a normal distribution's deviation when it is cut off at two: √(1 − 4 φ(2) / (2 Φ(2) − 1)). */
const cut = 0.879_625_661;

/** Deviation and largest value by the papers' formulas; the same as Keras 3.15.1 drew for this kernel, in three digits. */
const distributions: ReadonlyArray<readonly [initializer: unknown, deviation: number, limit: number]> = [
	['glorotNormal', Math.sqrt(2 / 2400), 2 * Math.sqrt(2 / 2400) / cut],
	['heNormal', Math.sqrt(2 / 800), 2 * Math.sqrt(2 / 800) / cut],
	['lecunNormal', Math.sqrt(1 / 800), 2 * Math.sqrt(1 / 800) / cut],
	['glorotUniform', Math.sqrt(2 / 2400), Math.sqrt(6 / 2400)],
	['heUniform', Math.sqrt(2 / 800), Math.sqrt(6 / 800)],
	['lecunUniform', Math.sqrt(1 / 800), Math.sqrt(3 / 800)],
	['truncatedNormal', 0.05 * cut, 0.1],
	[{truncatedNormal: {stddev: 2}}, 2 * cut, 4],
	['randomUniform', 0.05 / Math.sqrt(3), 0.05],
];

for (const [initializer, expected, limit] of distributions) {
	test(`${JSON.stringify(initializer)} has its deviation, the mean 0, and fills its range but never leaves it`, t => {
		const kernel = kernelOf(initializer);
		t.true(Math.abs(deviation(kernel) / expected - 1) < 0.01, `deviation: ${deviation(kernel)}`);
		t.true(Math.abs(mean(kernel)) < 5 * expected / Math.sqrt(kernel.length), `mean: ${mean(kernel)}`);
		t.true(largest(kernel) <= limit * (1 + 1e-6), `largest: ${largest(kernel)}`);
		t.true(largest(kernel) > limit * 0.99, `largest: ${largest(kernel)}`);
	});
}

test('randomNormal is not cut off, and mean, minval and maxval shift', t => {
	const normal = kernelOf({randomNormal: {mean: 3, stddev: 0.5}});
	t.true(Math.abs(mean(normal) - 3) < 0.02);
	t.true(Math.abs(deviation(normal) - 0.5) < 0.01);
	t.true(normal.some(value => Math.abs(value - 3) > 1.5));
	const uniform = kernelOf({randomUniform: {minval: 2, maxval: 4}});
	t.true(uniform.every(value => value >= 2 && value <= 4));
	t.true(Math.abs(mean(uniform) - 3) < 0.02);
});

for (const [initializer, value] of [['zeros', 0], ['ones', 1], [{constant: {value: 0.25}}, 0.25], ['constant', 0]] as const) {
	test(`${JSON.stringify(initializer)} is ${value} everywhere`, t => {
		t.true(kernelOf(initializer).every(element => element === value));
	});
}

test('a dense kernel starts as Glorot\'s uniform and its bias as zeros, unless it is told otherwise', t => {
	const model = modelOf([{dense: {units: 200}}, {dense: {units: 10, biasInitializer: 'ones'}}], {input: [400]});
	const values = initialParameters(model, {seed: 5, precision: 'float64'});
	const part = (name: string) => {
		const {offset, shape} = model.layout.find(entry => entry.name === name)!;
		return values.subarray(offset, offset + sizeOf(shape));
	};

	t.true(largest(part('dense/kernel')) <= Math.sqrt(6 / 600));
	t.true(largest(part('dense/kernel')) > 0.99 * Math.sqrt(6 / 600));
	t.true(part('dense/bias').every(value => value === 0));
	t.true(part('dense_1/bias').every(value => value === 1));
});

test('a layer\'s values depend on its name and the seed, not on the layers around it', t => {
	const last = (layers: readonly unknown[], seed = 1) => {
		const model = modelOf([...layers, {dense: {units: 4, name: 'last'}}], {input: [6]});
		const {offset} = model.layout.find(({name}) => name === 'last/kernel')!;
		return [...initialParameters(model, {seed, precision: 'float64'}).subarray(offset, offset + 24)];
	};

	const alone = last([]);
	t.deepEqual(last([{dense: {units: 6}}, {dense: {units: 6}}]), alone);
	t.notDeepEqual(last([], 2), alone);
	const renamed = initialParameters(modelOf([{dense: {units: 4, name: 'first'}}], {input: [6]}), {seed: 1, precision: 'float64'});
	t.notDeepEqual([...renamed.subarray(0, 24)], alone);
});

test('float32 parameters are the float64 ones, rounded', t => {
	const model = modelOf([{dense: {units: 7, kernelInitializer: 'heNormal'}}], {input: [9]});
	const rounded = Float32Array.from(initialParameters(model, {seed: 3, precision: 'float64'}));
	t.deepEqual(initialParameters(model, {seed: 3, precision: 'float32'}), rounded);
});
