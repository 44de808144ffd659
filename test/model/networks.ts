import {createModel} from '../../src/model/create-model.ts';
import type {Loss, Model} from '../../src/model/model.ts';
import {layerSchema, type LayerConfig} from '../../src/model/schema.ts';
import type {Shape, TensorSpec} from '../../src/tensor/shape.ts';

export const classIndex: TensorSpec = {shape: [], dtype: 'int32'};
export const oneHotOf = (classes: number): TensorSpec => ({shape: [classes], dtype: 'float32'});

/** Layers as a definition writes them. */
const layersOf = (layers: readonly unknown[]): LayerConfig[] => layers.map(layer => layerSchema.parse(layer));

/** A model of layers as a definition writes them; by default for any vector, without a say about classes. */
export const modelOf = (layers: readonly unknown[], {input = [28, 28, 1], loss = 'sparseCategoricalCrossentropy', label = classIndex}: {
	readonly input?: Shape;
	readonly loss?: Loss;
	readonly label?: TensorSpec;
} = {}): Model => createModel({name: 'test', input, layers: layersOf(layers), loss, label});

const dense = (units: number, activation: string) => ({dense: {units, activation}});

/** Flatten, that many hidden layers of 128, ten classes. */
export const deepNetwork = (hidden: number): Model =>
	modelOf(['flatten', ...Array.from({length: hidden}, () => dense(128, 'relu')), dense(10, 'softmax')]);

/** The network with one hidden layer written from scratch. */
export const shallowNetwork = (): Model =>
	modelOf([dense(64, 'sigmoid'), dense(10, 'softmax')], {input: [784], loss: 'categoricalCrossentropy', label: oneHotOf(10)});

export const convolutionalNetwork = (): Model => modelOf([
	{conv2d: {filters: 32, kernelSize: 5, padding: 'same', activation: 'relu'}},
	{maxPooling2d: {poolSize: 2}},
	{conv2d: {filters: 64, kernelSize: 5, padding: 'same', activation: 'relu'}},
	{maxPooling2d: {poolSize: 2}},
	'flatten',
	dense(1024, 'relu'),
	{dropout: {rate: 0.5}},
	dense(10, 'softmax'),
], {loss: 'categoricalCrossentropy', label: oneHotOf(10)});
