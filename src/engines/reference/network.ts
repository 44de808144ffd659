import {dropoutMask} from '../../kernels/dropout-mask.ts';
import type {Activation, Layer} from '../../model/layer.ts';
import type {Model} from '../../model/model.ts';
import type {Key} from '../../random/generator.ts';
import {allocate, type FloatArray} from '../../tensor/dtypes.ts';
import {sizeOf} from '../../tensor/shape.ts';
import {activate, activationGradient} from './activation.ts';
import {conv2dBackward, conv2dForward} from './conv2d.ts';
import {denseBackward, denseForward} from './dense.ts';
import {pooling2dBackward, pooling2dForward} from './pooling2d.ts';

/** Where a training pass stands, for the dropout masks; a prediction has none. */
export interface MaskPlace {
	readonly key: Key;
	readonly step: number;
	/** The first row's place in the global batch. */
	readonly firstRow: number;
}

/** A model with buffers for a fixed number of rows. */
export interface Network {
	/** Scores [rows, outputs] of x [rows, inputs]; valid until the next call. */
	readonly forward: (x: FloatArray, parameters: FloatArray, place: MaskPlace | undefined) => FloatArray;
	/** Writes the parameters' gradients, given the scores' gradient [rows, outputs], which it uses up. Follows `forward`. */
	readonly backward: (parameters: FloatArray, scoreGradient: FloatArray, gradients: FloatArray) => void;
}

/** The activation that the layer itself computes: the last one is the head's when they are fused. */
const activationOf = ({layers, head}: Model, layer: Layer): Activation =>
	('activation' in layer && !(head.fused !== undefined && layer === layers.at(-1)) ? layer.activation : 'linear');

/** Makes the network of a model for batches of `rows`. */
export const createNetwork = (model: Model, rows: number, precision: 'float32' | 'float64'): Network => {
	const {layers} = model;
	const vector = (elements: number): FloatArray => allocate(precision, elements) as FloatArray;
	const outputs = layers.map(({output}) => vector(rows * sizeOf(output)));
	const masks = layers.map(layer => (layer.type === 'dropout' ? vector(rows * sizeOf(layer.output)) : undefined));
	let input = vector(0);
	const inputOf = (layer: Layer): FloatArray => (layer.index === 0 ? input : outputs[layer.index - 1]!);

	const weights = (layer: Layer, from: FloatArray): readonly [FloatArray, FloatArray | undefined] => {
		const parts = layer.parameters.map(({offset, shape}) => from.subarray(offset, offset + sizeOf(shape)));
		return [parts[0]!, parts[1]];
	};

	/** Calls `visit` with every row of some arrays. */
	const eachRow = (layer: Layer, visit: (row: number, inputRow: (array: FloatArray) => FloatArray, outputRow: (array: FloatArray) => FloatArray) => void): void => {
		const inputs = sizeOf(layer.input);
		const size = sizeOf(layer.output);
		for (let row = 0; row < rows; row++) {
			visit(row, array => array.subarray(row * inputs, (row + 1) * inputs), array => array.subarray(row * size, (row + 1) * size));
		}
	};

	const forwardLayer = (layer: Layer, parameters: FloatArray, place: MaskPlace | undefined): void => {
		const x = inputOf(layer);
		const y = outputs[layer.index]!;
		switch (layer.type) {
			case 'dense': {
				const [kernel, bias] = weights(layer, parameters);
				denseForward({x, kernel, bias, y, rows, inputs: layer.input[0]!, units: layer.units});
				break;
			}

			case 'conv2d': {
				const [kernel, bias] = weights(layer, parameters);
				eachRow(layer, (_, inputRow, outputRow) => {
					conv2dForward(layer, {x: inputRow(x), kernel, bias, y: outputRow(y)});
				});
				break;
			}

			case 'maxPooling2d':
			case 'averagePooling2d': {
				eachRow(layer, (_, inputRow, outputRow) => {
					pooling2dForward(layer, inputRow(x), outputRow(y));
				});
				break;
			}

			case 'dropout': {
				y.set(x);
				if (place !== undefined) {
					const mask = masks[layer.index]!;
					dropoutMask({...place, layer: layer.index, rows, size: sizeOf(layer.output), rate: layer.rate, out: mask});
					for (let index = 0; index < y.length; index++) {
						y[index]! *= mask[index]!;
					}
				}

				break;
			}

			case 'flatten':
			case 'reshape':
			case 'activation': {
				y.set(x);
				break;
			}

			default: {
				layer satisfies never;
			}
		}

		activate(activationOf(model, layer), y, layer.output.at(-1)!);
	};

	/** Gives the gradient of the layer's input; nobody needs that of the first layer. */
	const backwardLayer = (layer: Layer, parameters: FloatArray, dy: FloatArray, gradients: FloatArray): FloatArray => {
		const x = inputOf(layer);
		const dx = layer.index === 0 ? undefined : vector(x.length);
		activationGradient(activationOf(model, layer), outputs[layer.index]!, dy, layer.output.at(-1)!);
		switch (layer.type) {
			case 'dense': {
				const [kernel] = weights(layer, parameters);
				const [dKernel, dBias] = weights(layer, gradients);
				denseBackward({x, kernel, dy, dKernel, dBias, dx, rows, inputs: layer.input[0]!, units: layer.units});
				break;
			}

			case 'conv2d': {
				const [kernel] = weights(layer, parameters);
				const [dKernel, dBias] = weights(layer, gradients);
				eachRow(layer, (_, inputRow, outputRow) => {
					conv2dBackward(layer, {x: inputRow(x), kernel, dy: outputRow(dy), dKernel, dBias, dx: dx && inputRow(dx)});
				});
				break;
			}

			case 'maxPooling2d':
			case 'averagePooling2d': {
				eachRow(layer, (_, inputRow, outputRow) => {
					if (dx !== undefined) {
						pooling2dBackward(layer, inputRow(x), outputRow(dy), inputRow(dx));
					}
				});
				break;
			}

			case 'dropout': {
				const mask = masks[layer.index]!;
				for (let index = 0; index < dy.length; index++) {
					dy[index]! *= mask[index]!;
				}

				return dy;
			}

			case 'flatten':
			case 'reshape':
			case 'activation': {
				return dy;
			}

			default: {
				layer satisfies never;
			}
		}

		return dx ?? dy;
	};

	return {
		forward(x, parameters, place) {
			input = x;
			for (const layer of layers) {
				forwardLayer(layer, parameters, place);
			}

			return outputs.at(-1)!;
		},
		backward(parameters, scoreGradient, gradients) {
			gradients.fill(0);
			let dy = scoreGradient;
			for (const layer of layers.toReversed()) {
				dy = backwardLayer(layer, parameters, dy, gradients);
			}
		},
	};
};
