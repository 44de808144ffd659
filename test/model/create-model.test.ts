import test from 'ava';
import {ThreadloomError} from '../../src/errors/threadloom-error.ts';
import type {Loss} from '../../src/model/model.ts';
import {layerSchema} from '../../src/model/schema.ts';
import type {Shape, TensorSpec} from '../../src/tensor/shape.ts';
import {classIndex, modelOf, oneHotOf} from './networks.ts';

test('layers without a name are counted by their type, as Keras counts them', t => {
	const {layers} = modelOf([
		{conv2d: {filters: 2, kernelSize: 3}},
		'maxPooling2d',
		{conv2d: {filters: 2, kernelSize: 1, name: 'mine'}},
		{averagePooling2d: {poolSize: 1}},
		{conv2d: {filters: 2, kernelSize: 1}},
		'flatten',
		{dropout: {rate: 0.1}},
		{activation: {activation: 'relu'}},
		{dense: {units: 3, name: 'hidden'}},
		{dense: {units: 3}},
		{dense: {units: 3}},
	]);
	// The names that keras.Sequential 3.15.1 gives.
	t.deepEqual(layers.map(({name}) => name), [
		'conv2d', 'max_pooling2d', 'mine', 'average_pooling2d', 'conv2d_1', 'flatten', 'dropout', 'activation', 'hidden', 'dense', 'dense_1',
	]);
	t.deepEqual(layers.map(({index}) => index), layers.map((_, index) => index));
});

test('a bare name, defaults and a single size mean what Keras means', t => {
	t.deepEqual(layerSchema.parse({conv2d: {filters: 3, kernelSize: 5}}), {
		name: 'conv2d',
		options: {
			filters: 3, kernelSize: [5, 5], strides: [1, 1], padding: 'valid', activation: 'linear', useBias: true,
			kernelInitializer: {name: 'glorotUniform', options: {}}, biasInitializer: {name: 'zeros', options: {}},
		},
	});
	t.deepEqual(layerSchema.parse('maxPooling2d'), {name: 'maxPooling2d', options: {poolSize: [2, 2], padding: 'valid'}});
});

const shapes: ReadonlyArray<readonly [what: string, layers: readonly unknown[], input: Shape, layer: string, says: RegExp]> = [
	['a convolution of an image without channels', [{conv2d: {filters: 2, kernelSize: 3}}], [28, 28], 'conv2d', /reshape to 28 × 28 × 1$/u],
	['a convolution of a vector', [{dense: {units: 9}}, {conv2d: {filters: 2, kernelSize: 3}}], [4], 'conv2d', /height × width × channels and is given 9/u],
	['a pooling of an image without channels', ['maxPooling2d'], [6, 4], 'max_pooling2d', /reshape to 6 × 4 × 1$/u],
	['a dense layer of an image', ['maxPooling2d', {dense: {units: 3, name: 'last'}}], [28, 28, 1], 'last', /14 × 14 × 1; add the layer flatten/u],
	['a kernel larger than its image', [{conv2d: {filters: 2, kernelSize: 5}}], [4, 9, 1], 'conv2d', /window of 5 × 5 does not fit into 4 × 9 × 1/u],
	['a pooling window larger than its image', [{maxPooling2d: {poolSize: 3}}], [9, 2, 1], 'max_pooling2d', /does not fit/u],
	['a reshape to another size', [{reshape: {targetShape: [5, 5]}}], [24], 'reshape', /24 has 24 elements and 5 × 5 has 25/u],
	['a name given twice', [{dense: {units: 3, name: 'a'}}, {dense: {units: 3, name: 'a'}}], [4], 'a', /same name/u],
	['a name that a numbered layer has too', [{dense: {units: 3}}, {flatten: {name: 'dense'}}], [4], 'dense', /same name/u],
];

for (const [what, layers, input, layer, says] of shapes) {
	test(`${what} is refused with the layer's name`, t => {
		const error = t.throws(() => modelOf(layers, {input}), {instanceOf: ThreadloomError});
		t.is(error?.code, 'MODEL_SHAPE');
		t.is(error?.details['layer'], layer);
		t.regex(error?.message ?? '', says);
	});
}

const softmax = [{dense: {units: 10, activation: 'softmax'}}];
const one = [{dense: {units: 1, activation: 'sigmoid'}}];

const losses: ReadonlyArray<readonly [what: string, layers: readonly unknown[], loss: Loss, label: TensorSpec, says: RegExp]> = [
	['a sparse loss of a one-hot vector', softmax, 'sparseCategoricalCrossentropy', oneHotOf(10), /use categoricalCrossentropy/u],
	['a categorical loss of a class index', softmax, 'categoricalCrossentropy', classIndex, /operator one-hot, or use sparse/u],
	['a one-hot vector of other classes', softmax, 'categoricalCrossentropy', oneHotOf(9), /9 elements and layer "dense" gives 10/u],
	['a binary loss of one number and ten outputs', softmax, 'binaryCrossentropy', classIndex, /one number and layer "dense" gives 10/u],
	['a squared error of three numbers and one output', one, 'meanSquaredError', oneHotOf(3), /3 elements and layer "dense" gives 1/u],
	['softmax over one output', [{dense: {units: 1, activation: 'softmax'}}], 'sparseCategoricalCrossentropy', classIndex, /softmax over one output is always 1/u],
	['a class label that is a float', softmax, 'sparseCategoricalCrossentropy', {shape: [], dtype: 'float64'}, /have to be integers and these are float64; store them as integers$/u],
	['a categorical loss of one float', softmax, 'categoricalCrossentropy', {shape: [], dtype: 'float32'}, /given one float32; store class labels as integers and add the operator one-hot/u],
	['an image as the last output', [{reshape: {targetShape: [2, 2]}}], 'meanSquaredError', oneHotOf(4), /must end in a vector; layer "reshape" gives 2 × 2/u],
];

for (const [what, layers, loss, label, says] of losses) {
	test(`${what} is refused`, t => {
		const error = t.throws(() => modelOf(layers, {input: [4], loss, label}), {instanceOf: ThreadloomError});
		t.is(error?.code, 'MODEL_LOSS');
		t.regex(error?.message ?? '', says);
	});
}

const ending = (activation: string) => [{dense: {units: 10, activation}}];

const heads: ReadonlyArray<readonly [layers: readonly unknown[], loss: Loss, label: TensorSpec, fused: 'softmax' | 'sigmoid' | undefined]> = [
	[softmax, 'sparseCategoricalCrossentropy', classIndex, 'softmax'],
	[softmax, 'categoricalCrossentropy', oneHotOf(10), 'softmax'],
	[[{dense: {units: 10}}, {activation: {activation: 'softmax'}}], 'categoricalCrossentropy', oneHotOf(10), 'softmax'],
	[one, 'binaryCrossentropy', classIndex, 'sigmoid'],
	[ending('sigmoid'), 'binaryCrossentropy', oneHotOf(10), 'sigmoid'],
	[ending('sigmoid'), 'categoricalCrossentropy', oneHotOf(10), undefined],
	[ending('softmax'), 'binaryCrossentropy', oneHotOf(10), undefined],
	[ending('linear'), 'sparseCategoricalCrossentropy', classIndex, undefined],
	[softmax, 'meanSquaredError', oneHotOf(10), undefined],
	[[...softmax, {dropout: {rate: 0.1}}], 'categoricalCrossentropy', oneHotOf(10), undefined],
];

for (const [layers, loss, label, fused] of heads) {
	test(`${JSON.stringify(layers)} with ${loss} of ${label.shape.length === 0 ? 'an index' : 'a vector'} ends in ${fused === undefined ? 'a head of its own' : `a fused ${fused}`}`, t => {
		t.deepEqual(modelOf(layers, {input: [4], loss, label}).head, {loss, fused});
	});
}

test('an unknown layer, an unknown key and an impossible rate are refused', t => {
	for (const layer of ['relu', {dens: {units: 3}}, {dense: {units: 3, unit: 3}}, {dense: {}}, {dropout: {rate: 1}}, {dense: {units: 0}}]) {
		t.false(layerSchema.safeParse(layer).success, `accepted: ${JSON.stringify(layer)}`);
	}
});
