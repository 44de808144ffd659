import fs from 'node:fs';
import {createModel} from '../../model/create-model.ts';
import type {Model} from '../../model/model.ts';
import type {LayerConfig} from '../../model/schema.ts';
import type {InputMap} from '../../tensor/input-map.ts';
import {sizeOf, type Shape} from '../../tensor/shape.ts';
import {buildTrainingGraph, gradientName} from './build-graph.ts';
import type {Family} from './family.ts';
import {fromCanonicalOrder, tensorShapes, toCanonicalOrder} from './kernel-layout.ts';
import {plain} from './plain.ts';
import type {Runtime} from './runtime.ts';
import {toldShapes, writeVectors} from './told.ts';

/** Relative to the largest gradient of a tensor. */
const tolerance = 1e-5;

/** A network and its examples. */
interface Trial {
	readonly name: string;
	readonly model: Model;
	readonly input: InputMap;
	/** [rows, elements]. */
	readonly features: Float32Array | Uint8Array;
	readonly rows: number;
}

/** The same numbers every time, between −0.25 and 0.25, made as quickly as can be: it is part of every start. */
const numbersFrom = (seed: number) => {
	let state = seed;
	return (length: number): Float32Array => new Float32Array(length).map(() => {
		state = Math.imul(state, 1_664_525) + 1_013_904_223 | 0;
		return state / 2 ** 33;
	});
};

const label = {shape: [], dtype: 'int32'} as const;

const weights = {useBias: true, kernelInitializer: {name: 'glorotUniform', options: {}}, biasInitializer: {name: 'zeros', options: {}}} as const;
// Written out: the schema that would fill in what is left out takes longer to load than the test takes.
const conv2d = (filters: number, kernelSize: readonly [number, number], options: object): LayerConfig =>
	({name: 'conv2d', options: {filters, kernelSize, strides: [1, 1], padding: 'valid', activation: 'linear', ...weights, ...options}}) as LayerConfig;
const dense = (units: number, activation: 'relu' | 'sigmoid' | 'softmax'): LayerConfig => ({name: 'dense', options: {units, activation, ...weights}}) as LayerConfig;

const trialOf = (name: string, layers: readonly LayerConfig[], {shape, rows, features}: {readonly shape: Shape; readonly rows: number; readonly features: Trial['features']}): Trial => ({
	name,
	model: createModel({name: 'self-test', input: shape, loss: 'sparseCategoricalCrossentropy', label, layers}),
	input: {
		slot: {features: {shape, dtype: features instanceof Uint8Array ? 'uint8' : 'float32'}, label},
		affine: [], features: {shape, dtype: 'float32'}, label, oneHot: undefined,
	},
	features,
	rows,
});

/**
 * Few and many channels, strides of 1 and 2, padded and not, transformed rows, a maximum between, and a dense kernel that
 * is large; more than one group of images, and the last one not full.
 */
const blockedTrial = (): Trial => {
	const [shape, rows] = [[9, 7, 3], 18];
	return trialOf('blocks', [
		conv2d(20, [3, 3], {padding: 'same', activation: 'relu'}),
		conv2d(18, [5, 3], {padding: 'same', activation: 'relu'}),
		{name: 'maxPooling2d', options: {poolSize: [2, 2], padding: 'valid'}} as LayerConfig,
		conv2d(9, [2, 2], {strides: [2, 2], activation: 'tanh'}),
		conv2d(17, [1, 2], {padding: 'same'}),
		{name: 'flatten', options: {}} as LayerConfig,
		dense(512, 'sigmoid'),
		dense(512, 'relu'),
		dense(4, 'softmax'),
	], {shape, rows, features: numbersFrom(2)(rows * sizeOf(shape))});
};

/** Bytes so large that a processor which adds two products in 16 bits would leave their range. */
const bytesTrial = (): Trial => {
	const [shape, rows] = [[70], 70];
	return trialOf('bytes', [
		dense(40, 'sigmoid'),
		dense(4, 'softmax'),
	], {shape, rows, features: Uint8Array.from({length: rows * sizeOf(shape)}, (_, index) => 255 - index % 7)});
};

const build = ({model, input, rows}: Trial, family: Family): Uint8Array => buildTrainingGraph(model, {family, input, rows}).graph;

/** The graphs of trials by the names of their files, for the build to write them down: a start is spared building them. */
export const graphsOf = (family: Family): Readonly<Record<string, Uint8Array>> => {
	const trial = trialOfFamily(family);
	return Object.fromEntries([plain, family].map(tried => [fileOf(trial, tried), build(trial, tried)]));
};

const fileOf = ({name}: Trial, family: Family): string => `${name}-${family.name}.onnx`;

const trialOfFamily = (family: Family): Trial => (family.readsBytes === true ? bytesTrial() : blockedTrial());

/** The graph that the build wrote down, or else one that is built here. */
const graphOf = (trial: Trial, family: Family): Uint8Array => {
	try {
		return fs.readFileSync(new URL(`trials/${fileOf(trial, family)}`, import.meta.url));
	} catch {
		return build(trial, family);
	}
};

/** What a family's graph makes of the same numbers. */
const gradientsBy = async (runtime: Runtime, family: Family, trial: Trial): Promise<readonly Float32Array[]> => {
	const {model, input, features, rows} = trial;
	const numbers = numbersFrom(1);
	const vector = (): Float32Array => new Float32Array(model.parameterCount);
	const session = await runtime.open(graphOf(trial, family), {isFinal: true});
	try {
		const tensor = (data: Float32Array, shape: Shape) => runtime.tensor('float32', data, shape);
		const outputs = sizeOf(model.output);
		const labels = new Float32Array(rows * outputs);
		writeVectors(Uint8Array.from({length: rows}, (_, row) => row % outputs), labels, outputs);
		const shapes = tensorShapes(model, family.block);
		const [parameters, gradients] = [vector(), vector()];
		fromCanonicalOrder(model, family.block, numbers(model.parameterCount), parameters);
		/** Views of a vector, one a parameter. */
		const views = (data: Float32Array, kind: 'parameter' | 'gradient') => model.layout.map(({name, shape, offset}) =>
			({name, tensor: tensor(data.subarray(offset, offset + sizeOf(shape)), shapes.get(name)![kind])}));
		await session.run({
			features: runtime.tensor(input.slot.features.dtype as 'uint8' | 'float32', features, [rows, features.length / rows]),
			labels: tensor(labels, [rows, outputs]),
			scale: tensor(new Float32Array(rows).fill(1 / rows), [rows, 1]),
			...Object.fromEntries(views(parameters, 'parameter').map(({name, tensor}) => [name, tensor])),
		}, {
			...Object.fromEntries(Object.entries(toldShapes(model, input, rows)).map(([name, shape]) => [name, tensor(new Float32Array(sizeOf(shape)), shape)])),
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
	const trial = trialOfFamily(family);
	const expected = await gradientsBy(runtime, plain, trial);
	try {
		const actual = await gradientsBy(runtime, family, trial);
		return actual.every((gradient, index) => isClose(gradient, expected[index]!));
	} catch {
		return false; // The runtime does not have the operators, or not for blocks of this size.
	}
};
