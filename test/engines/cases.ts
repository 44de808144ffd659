import {createModel} from '../../src/model/create-model.ts';
import type {Loss, Model} from '../../src/model/model.ts';
import {layerSchema} from '../../src/model/schema.ts';
import {createRandom, keyOf} from '../../src/random/generator.ts';
import type {AffineMap, InputMap} from '../../src/tensor/input-map.ts';
import {sizeOf, type Shape} from '../../src/tensor/shape.ts';
import type {BatchSlot} from '../../src/tensor/slot.ts';

/** One network with its data, on which engines must agree. */
export interface Case {
	readonly title: string;
	readonly input: Shape;
	/** As in a definition. */
	readonly layers: readonly unknown[];
	readonly loss: Loss;
	/** What the ring carries as features. @default 'float32' */
	readonly dtype?: 'uint8' | 'float32';
	readonly affine?: readonly AffineMap[];
	/** `index`, an index that the graph expands, or a vector. */
	readonly label: 'index' | 'oneHot' | 'vector';
	readonly rows: number;
	/** Rows that are padding. @default 0 */
	readonly padding?: number;
}

const dense = (units: number, activation = 'softmax') => ({dense: {units, activation}});
const image = (title: string, layers: readonly unknown[], input: Shape = [7, 6, 3]): Case => ({
	title, input, layers: [...layers, 'flatten', dense(3)], loss: 'sparseCategoricalCrossentropy', label: 'index', rows: 4,
});

/** A conv2d or pooling under every kind of window. */
const windows = [
	{kernelSize: 3, strides: 1, padding: 'valid'},
	{kernelSize: 3, strides: 1, padding: 'same'},
	{kernelSize: [2, 3], strides: 1, padding: 'same'},
	{kernelSize: [3, 2], strides: 2, padding: 'valid'},
	{kernelSize: 3, strides: [2, 1], padding: 'same'},
	{kernelSize: 2, strides: 3, padding: 'valid'},
	{kernelSize: 1, strides: 2, padding: 'same'},
];

const name = ({kernelSize, strides, padding}: (typeof windows)[number]): string => `window ${JSON.stringify(kernelSize)}, strides ${JSON.stringify(strides)}, ${padding}`;

export const cases: readonly Case[] = [
	...['linear', 'relu', 'sigmoid', 'tanh', 'softmax'].map((activation): Case => ({
		title: `dense ${activation}`, input: [5], layers: [dense(7, activation), dense(4)], loss: 'categoricalCrossentropy', label: 'oneHot', rows: 4,
	})),
	{title: 'dense without bias', input: [5], layers: [{dense: {units: 6, useBias: false, activation: 'tanh'}}, {dense: {units: 3, useBias: false, activation: 'softmax'}}], loss: 'sparseCategoricalCrossentropy', label: 'index', rows: 4},
	...windows.flatMap(window => [
		image(`conv2d, ${name(window)}`, [{conv2d: {filters: 4, activation: 'tanh', ...window}}]),
		// The second makes the gradient of an input count.
		image(`conv2d after conv2d, ${name(window)}`, [{conv2d: {filters: 2, kernelSize: 1}}, {conv2d: {filters: 4, ...window}}]),
		...['maxPooling2d', 'averagePooling2d'].map(type => image(`${type}, ${name(window)}`, [
			{conv2d: {filters: 4, kernelSize: 2}},
			{[type]: {poolSize: window.kernelSize, strides: window.strides, padding: window.padding}},
		])),
	]),
	image('conv2d without bias, relu', [{conv2d: {filters: 4, kernelSize: 3, useBias: false, activation: 'relu'}}]),
	image('conv2d with softmax over the channels', [{conv2d: {filters: 4, kernelSize: 3, activation: 'softmax'}}]),
	image('maximum of ties: the first in row-major order', [{conv2d: {filters: 3, kernelSize: 1, kernelInitializer: 'ones'}}, 'maxPooling2d'], [4, 4, 1]),
	image('maximum of ties in overlapping windows', [{conv2d: {filters: 3, kernelSize: 1, kernelInitializer: 'zeros'}}, {maxPooling2d: {poolSize: 3, strides: 2, padding: 'same'}}], [5, 5, 2]),
	image('reshape and activation layers', [{reshape: {targetShape: [6, 7, 3]}}, {conv2d: {filters: 2, kernelSize: 2}}, {activation: {activation: 'relu'}}, {reshape: {targetShape: [60]}}]),
	...[0, 0.3].map((rate): Case => ({
		title: `dropout ${rate}`, input: [9], layers: [dense(11, 'tanh'), {dropout: {rate}}, dense(3)], loss: 'sparseCategoricalCrossentropy', label: 'index', rows: 8,
	})),
	image('dropout of an image', [{conv2d: {filters: 3, kernelSize: 2}}, {dropout: {rate: 0.5}}, {conv2d: {filters: 2, kernelSize: 2}}]),
	...['sigmoid', 'softmax', 'tanh'].map((activation): Case => ({
		title: `categorical cross-entropy after ${activation === 'softmax' ? 'a softmax of its own layer' : activation}`,
		input: [5],
		layers: activation === 'tanh' ? [dense(4, 'linear'), {activation: {activation: 'softmax'}}] : [dense(4, activation)],
		loss: 'categoricalCrossentropy', label: 'vector', rows: 4,
	})),
	{title: 'sparse categorical cross-entropy of probabilities', input: [5], layers: [dense(4, 'sigmoid')], loss: 'sparseCategoricalCrossentropy', label: 'index', rows: 4},
	{title: 'binary cross-entropy from logits', input: [5], layers: [dense(1, 'sigmoid')], loss: 'binaryCrossentropy', label: 'index', rows: 4},
	{title: 'binary cross-entropy of several outputs', input: [5], layers: [dense(3, 'sigmoid')], loss: 'binaryCrossentropy', label: 'vector', rows: 4},
	{title: 'binary cross-entropy of probabilities', input: [5], layers: [dense(3, 'softmax')], loss: 'binaryCrossentropy', label: 'vector', rows: 4},
	{title: 'mean squared error', input: [5], layers: [dense(3, 'linear')], loss: 'meanSquaredError', label: 'vector', rows: 4},
	{title: 'a short last batch', input: [5], layers: [dense(6, 'relu'), {dropout: {rate: 0.5}}, dense(3)], loss: 'sparseCategoricalCrossentropy', label: 'index', rows: 8, padding: 3},
	{
		title: 'bytes, scaled by one number for a dense layer', input: [3, 5, 1], dtype: 'uint8', affine: [{scale: 1 / 255, offset: 0}],
		layers: ['flatten', dense(4, 'tanh'), dense(3)], loss: 'sparseCategoricalCrossentropy', label: 'index', rows: 8,
	},
	{
		title: 'bytes, scaled by one number', input: [6, 6, 1], dtype: 'uint8', affine: [{scale: 1 / 255, offset: 0}],
		layers: [{conv2d: {filters: 3, kernelSize: 3}}, 'flatten', dense(3)], loss: 'categoricalCrossentropy', label: 'oneHot', rows: 4,
	},
	{
		title: 'bytes, standardized by element after a scaling', input: [6], dtype: 'uint8',
		affine: [{scale: 1 / 255, offset: -0.5}, {scale: Float32Array.of(1, 2, 3, 0.5, 1, 1), offset: Float32Array.of(0, 1, -1, 0.5, 0, 0)}],
		layers: [dense(3)], loss: 'sparseCategoricalCrossentropy', label: 'index', rows: 4,
	},
	{
		title: 'a whole convolutional network', input: [14, 14, 1], dtype: 'uint8', affine: [{scale: 1 / 255, offset: 0}],
		layers: [
			{conv2d: {filters: 8, kernelSize: 5, padding: 'same', activation: 'relu'}},
			'maxPooling2d',
			{conv2d: {filters: 12, kernelSize: 5, padding: 'same', activation: 'relu'}},
			{maxPooling2d: {poolSize: 2, padding: 'same'}},
			'flatten',
			dense(40, 'relu'),
			{dropout: {rate: 0.5}},
			dense(10),
		],
		loss: 'categoricalCrossentropy', label: 'oneHot', rows: 8, padding: 1,
	},
];

/** The network of a case. */
export const modelOf = ({title, input, layers, loss, label}: Case): Model => createModel({
	name: title,
	input,
	layers: layers.map(layer => layerSchema.parse(layer)),
	loss,
	label: label === 'index' ? {shape: [], dtype: 'int32'} : {shape: [outputsOf(layers)], dtype: 'float32'},
});

const outputsOf = (layers: readonly unknown[]): number => {
	const model = layers.map(layer => layerSchema.parse(layer)).findLast(layer => layer.name === 'dense')!;
	return model.options.units;
};

export const inputMapOf = (given: Case): InputMap => {
	const {input, dtype = 'float32', affine = [], label, layers} = given;
	const outputs = outputsOf(layers);
	const vector = {shape: [outputs], dtype: 'float32'} as const;
	const index = {shape: [], dtype: 'int32'} as const;
	return {
		slot: {features: {shape: input, dtype}, label: label === 'vector' ? vector : index},
		affine,
		features: {shape: input, dtype: 'float32'},
		label: label === 'index' ? index : vector,
		oneHot: label === 'oneHot' ? {classes: outputs} : undefined,
	};
};

/** A slot of data drawn from a seed; classes repeat. */
export const slotOf = (given: Case, seed = 5): BatchSlot => {
	const {input, rows, dtype = 'float32', padding = 0, layers, label} = given;
	const random = createRandom(keyOf(seed));
	const size = sizeOf(input);
	const outputs = outputsOf(layers);
	const classes = Math.max(outputs, 2);
	const count = rows - padding;
	const features = dtype === 'uint8' ? new Uint8Array(rows * size) : new Float32Array(rows * size);
	const labels = label === 'vector' ? new Float32Array(rows * outputs) : new Int32Array(rows);
	const records = new Float64Array(rows).fill(-1);
	for (let row = 0; row < count; row++) {
		for (let element = 0; element < size; element++) {
			const counter = row * size + element;
			features[counter] = dtype === 'uint8' ? random.integer(counter, 256) : random.normal(counter);
		}

		records[row] = row;
		if (label === 'vector') {
			labels[row * outputs + (row % outputs)] = 1;
		} else {
			labels[row] = row % classes;
		}
	}

	return {features, labels, weights: new Float32Array(rows).fill(1, 0, count), records, count};
};
