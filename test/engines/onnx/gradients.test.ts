import test from 'ava';
import {createOnnxEngine} from '../../../src/engines/onnx/engine.ts';
import {createReferenceEngine} from '../../../src/engines/reference/engine.ts';
import {initialParameters} from '../../../src/model/initial-parameters.ts';
import {modelOf, slotOf, type Case} from '../cases.ts';
import {optionsOf} from '../engine-conformance.ts';
import {openPlan} from '../run-plan.ts';

const gradientOf = async (given: Case, precision: 'float32' | 'float64') => {
	const engine = precision === 'float64' ? createReferenceEngine() : createOnnxEngine();
	const model = modelOf(given);
	const open = await openPlan(engine, model, optionsOf(given, {precision}), {parameters: initialParameters(model, {seed: 11, precision: 'float32'})});
	try {
		await open.step({number: 1, epoch: 1, learningRate: 0, slot: slotOf(given)});
		return {gradient: open.gradient(), outcome: open.outcome()};
	} finally {
		await open.release();
	}
};

const agrees = test.macro(async (t, given: Omit<Case, 'title'>) => {
	const actual = await gradientOf({title: t.title, ...given}, 'float32');
	const expected = await gradientOf({title: t.title, ...given}, 'float64');
	t.true(actual.outcome.finite);
	t.true(Math.abs(actual.outcome.loss - expected.outcome.loss) < 1e-5 * Math.max(1, expected.outcome.loss));
	let largest = 0;
	let difference = 0;
	for (const [index, value] of expected.gradient.entries()) {
		largest = Math.max(largest, Math.abs(value));
		// A gradient that is no number is the largest difference.
		difference = Math.max(difference, Math.abs((actual.gradient[index] ?? Number.NaN) - value));
	}

	t.true(largest > 0);
	t.true(difference < 1e-5 * largest, `differs by ${difference} of ${largest}`);
});

const convolution = (options: object, {input = [7, 6, 9], rows = 5} = {}): Omit<Case, 'title'> => ({
	input, rows, layers: [{conv2d: {filters: 4, ...options}}, 'flatten', {dense: {units: 3, activation: 'softmax'}}],
	loss: 'sparseCategoricalCrossentropy', label: 'index',
});

test('a kernel of many channels, valid', agrees, convolution({kernelSize: 3}));
test('a kernel of many channels, same', agrees, convolution({kernelSize: 5, padding: 'same'}));
test('an even kernel of many channels, padded on one side', agrees, convolution({kernelSize: [2, 4], padding: 'same'}));
test('a kernel of one pixel and many channels', agrees, convolution({kernelSize: 1}));
test('a kernel as large as its image', agrees, convolution({kernelSize: [7, 6]}));

const deep = (layers: readonly object[], {input = [13, 9, 32], rows = 18} = {}): Omit<Case, 'title'> => ({
	input, rows, layers: [...layers, 'flatten', {dense: {units: 3, activation: 'softmax'}}], loss: 'sparseCategoricalCrossentropy', label: 'index',
} as Omit<Case, 'title'>);
const many = (options: object): object => ({conv2d: {filters: 40, kernelSize: 3, padding: 'same', activation: 'relu', ...options}});

test('rows in tiles, and a maximum of whole tiles', agrees, deep([many({kernelSize: 5}), {maxPooling2d: {}}], {input: [14, 10, 32], rows: 18}));
test('rows in tiles that the next layer takes as they are', agrees, deep([many({}), many({kernelSize: 5, activation: 'tanh'})], {input: [12, 9, 32], rows: 18}));
test('rows in tiles of which the last is not full', agrees, deep([many({}), many({kernelSize: 5})]));
test('rows in tiles, not padded', agrees, deep([many({kernelSize: 5, padding: 'valid'}), {maxPooling2d: {}}, many({padding: 'valid'})], {input: [13, 13, 24], rows: 7}));
test('rows in tiles of an even kernel without a bias', agrees, deep([many({kernelSize: [4, 2], useBias: false, activation: 'linear'}), {averagePooling2d: {}}]));
test('rows in tiles of images of few rows', agrees, deep([many({}), many({kernelSize: 5})], {input: [3, 3, 32], rows: 40}));
test('columns apart for the maximum that follows', agrees, deep([many({kernelSize: [3, 2]}), {maxPooling2d: {poolSize: [2, 3]}}, many({})], {input: [13, 12, 3], rows: 18}));
test('columns apart, not padded', agrees, deep([many({padding: 'valid', activation: 'tanh'}), {maxPooling2d: {}}, {conv2d: {filters: 5, kernelSize: 2, strides: 2}}], {input: [9, 10, 1], rows: 33}));
test('rows in tiles below a maximum of another height', agrees, deep([many({}), {maxPooling2d: {poolSize: [3, 2]}}, many({})]));
test('a batch that is summed in parts of different size', agrees, convolution({kernelSize: 3, padding: 'same'}, {input: [32, 32, 8], rows: 6}));
test('a row of weight 0 whose scores are all 0 adds nothing', agrees, {
	input: [5], rows: 4, padding: 2, layers: [{dense: {units: 8}}, {dense: {units: 3, activation: 'relu'}}], loss: 'categoricalCrossentropy', label: 'oneHot',
});
