import {createModel} from '../../model/create-model.ts';
import {layerSchema} from '../../model/schema.ts';
import {allocate} from '../../tensor/dtypes.ts';
import type {InputMap} from '../../tensor/input-map.ts';
import {sizeOf, type Shape} from '../../tensor/shape.ts';
import {buildTrainingGraph, gradientName} from './build-graph.ts';
import type {Family} from './family.ts';
import {fromCanonicalOrder, tensorShapes, toCanonicalOrder} from './kernel-layout.ts';
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

/** Few and many channels, strides of 1 and 2, padded and not, transformed rows, a maximum between, and a dense kernel that is large. */
const model = createModel({
	name: 'self-test', input, loss: 'sparseCategoricalCrossentropy', label,
	layers: [
		{conv2d: {filters: 20, kernelSize: 3, padding: 'same', activation: 'relu'}},
		{conv2d: {filters: 18, kernelSize: [5, 3], padding: 'same', activation: 'relu'}},
		{maxPooling2d: {}},
		{conv2d: {filters: 9, kernelSize: 2, strides: 2, activation: 'tanh'}},
		{conv2d: {filters: 17, kernelSize: [1, 2], padding: 'same'}},
		'flatten',
		{dense: {units: 512, activation: 'sigmoid'}},
		{dense: {units: 512, activation: 'relu'}},
		{dense: {units: 4, activation: 'softmax'}},
	].map(layer => layerSchema.parse(layer)),
});

/** What a family's graph makes of the same numbers. */
const gradientsBy = async (runtime: Runtime, family: Family): Promise<readonly Float32Array[]> => {
	let state = 1;
	// As quick as can be: it is part of every start.
	const next = (): number => {
		state = Math.imul(state, 1_664_525) + 1_013_904_223 | 0;
		return state / 2 ** 33;
	};

	const numbers = (length: number): Float32Array => new Float32Array(length).map(next);
	const vector = (): Float32Array => new Float32Array(model.parameterCount);
	const session = await runtime.open(buildTrainingGraph(model, {family, input: map, rows}), {isFinal: true});
	try {
		const tensor = (data: Float32Array, shape: Shape) => runtime.tensor('float32', data, shape);
		const labels = allocate('int32', rows);
		for (const [row, _] of labels.entries()) {
			labels[row] = row % 4;
		}

		const shapes = tensorShapes(model, family.block);
		const [parameters, gradients] = [vector(), vector()];
		fromCanonicalOrder(model, family.block, numbers(model.parameterCount), parameters);
		/** Views of a vector, one a parameter. */
		const views = (data: Float32Array, kind: 'parameter' | 'gradient') => model.layout.map(({name, shape, offset}) =>
			({name, tensor: tensor(data.subarray(offset, offset + sizeOf(shape)), shapes.get(name)![kind])}));
		await session.run({
			features: tensor(numbers(rows * sizeOf(input)), [rows, sizeOf(input)]),
			labels: runtime.tensor('int32', labels, [rows]),
			scale: tensor(new Float32Array(rows).fill(1 / rows), [rows, 1]),
			...Object.fromEntries(views(parameters, 'parameter').map(({name, tensor}) => [name, tensor])),
		}, {
			losses: tensor(new Float32Array(rows), [rows, 1]),
			hits: tensor(new Float32Array(rows), [rows]),
			...Object.fromEntries(views(gradients, 'gradient').map(({name, tensor}) => [gradientName(name), tensor])),
		});
		const canonical = vector();
		toCanonicalOrder(model, family.block, gradients, canonical);
		return model.layout.map(({shape, offset}) => canonical.subarray(offset, offset + sizeOf(shape)));
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
