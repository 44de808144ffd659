import {createModel} from '../../model/create-model.ts';
import {layerSchema} from '../../model/schema.ts';
import {createRandom, keyOf} from '../../random/generator.ts';
import {allocate} from '../../tensor/dtypes.ts';
import type {InputMap} from '../../tensor/input-map.ts';
import {sizeOf, type Shape} from '../../tensor/shape.ts';
import {buildTrainingGraph, gradientName} from './build-graph.ts';
import type {Family} from './family.ts';
import {plain} from './plain.ts';
import type {Runtime} from './runtime.ts';

/** Relative to the largest gradient of a tensor. */
const tolerance = 1e-5;
/** More than one group of images, and the last one not full. */
const rows = 18;

const input = [9, 7, 3];
const features = {shape: input, dtype: 'float32'} as const;
const label = {shape: [], dtype: 'int32'} as const;
const map: InputMap = {slot: {features, label}, affine: [], features, label, oneHot: undefined};

/** Few and many channels, strides of 1 and 2, padded and not, and a maximum between. */
const model = createModel({
	name: 'self-test', input, loss: 'sparseCategoricalCrossentropy', label,
	layers: [
		{conv2d: {filters: 20, kernelSize: 3, padding: 'same', activation: 'relu'}},
		{maxPooling2d: {}},
		{conv2d: {filters: 9, kernelSize: 2, strides: 2, activation: 'tanh'}},
		{conv2d: {filters: 17, kernelSize: [1, 2], padding: 'same'}},
		'flatten',
		{dense: {units: 4, activation: 'softmax'}},
	].map(layer => layerSchema.parse(layer)),
});

/** What a family's graph makes of the same numbers. */
const gradientsBy = async (runtime: Runtime, family: Family): Promise<readonly Float32Array[]> => {
	const random = createRandom(keyOf(1));
	let counter = 0;
	const numbers = (shape: Shape): Float32Array => Float32Array.from({length: sizeOf(shape)}, () => random.normal(counter++) / 4);
	const session = await runtime.open(buildTrainingGraph(model, {family, input: map, rows}));
	try {
		const tensor = (data: Float32Array, shape: Shape) => runtime.tensor('float32', data, shape);
		const labels = allocate('int32', rows);
		for (const [row, _] of labels.entries()) {
			labels[row] = row % 4;
		}

		const gradients = model.layout.map(({shape}) => new Float32Array(sizeOf(shape)));
		await session.run({
			features: tensor(numbers([rows, ...input]), [rows, ...input]),
			labels: runtime.tensor('int32', labels, [rows]),
			weights: tensor(new Float32Array(rows).fill(1), [rows, 1]),
			weightSum: tensor(Float32Array.of(rows), [1]),
			...Object.fromEntries(model.layout.map(({name, shape}) => [name, tensor(numbers(shape), shape)])),
		}, {
			losses: tensor(new Float32Array(rows), [rows, 1]),
			hits: tensor(new Float32Array(rows), [rows, 1]),
			...Object.fromEntries(model.layout.map(({name, shape}, index) => [gradientName(name), tensor(gradients[index]!, shape)])),
		});
		return gradients;
	} finally {
		await session.release();
	}
};

const isClose = (actual: Float32Array, expected: Float32Array): boolean => {
	const largest = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
	return actual.every((value, index) => Math.abs(value - expected[index]!) <= tolerance * largest);
};

/** Whether a family of internal operators loads on this machine and gives the gradients of the plain one. */
export const agreesWithPlain = async (runtime: Runtime, family: Family): Promise<boolean> => {
	const expected = await gradientsBy(runtime, plain);
	try {
		const actual = await gradientsBy(runtime, family);
		return actual.every((gradient, index) => isClose(gradient, expected[index]!));
	} catch {
		return false; // The runtime does not have the operators, or not for blocks of this size.
	}
};
