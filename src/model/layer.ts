import type {ParameterEntry} from '../tensor/layout.ts';
import type {Shape} from '../tensor/shape.ts';

export type Activation = 'linear' | 'relu' | 'sigmoid' | 'tanh' | 'softmax';
export type Padding = 'valid' | 'same';

/** Zeros (or, for a maximum, nothing) added around an image: rows above and below, columns left and right. */
export interface Pads {
	readonly top: number;
	readonly bottom: number;
	readonly left: number;
	readonly right: number;
}

interface LayerBase {
	/** Unique in the model: given, or the type with a number, as Keras counts (`dense`, `dense_1`). */
	readonly name: string;
	/** Position in the model, from 0. */
	readonly index: number;
	/** Shape of one example, without the batch. */
	readonly input: Shape;
	readonly output: Shape;
	/** Entries of the canonical layout: kernel, then bias; empty for layers without parameters. */
	readonly parameters: readonly ParameterEntry[];
}

/** y = activation(x · kernel + bias) over the last axis, with kernel [inputs, units] and bias [units]. */
export interface DenseLayer extends LayerBase {
	readonly type: 'dense';
	readonly units: number;
	readonly useBias: boolean;
	readonly activation: Activation;
}

/** Cross-correlation of [height, width, channels], with kernel [rows, columns, channels, filters] and bias [filters]. */
export interface Conv2dLayer extends LayerBase {
	readonly type: 'conv2d';
	readonly filters: number;
	readonly kernelSize: readonly [number, number];
	readonly strides: readonly [number, number];
	readonly pads: Pads;
	readonly useBias: boolean;
	readonly activation: Activation;
}

/** Maximum or mean of windows of [height, width, channels]; padding takes no part in either. */
export interface Pooling2dLayer extends LayerBase {
	readonly type: 'maxPooling2d' | 'averagePooling2d';
	readonly poolSize: readonly [number, number];
	readonly strides: readonly [number, number];
	readonly pads: Pads;
}

/** Row-major reinterpretation; `flatten` is a reshape to one dimension. */
export interface ReshapeLayer extends LayerBase {
	readonly type: 'flatten' | 'reshape';
}

/** While training, sets elements to 0 with probability `rate` and scales the others by 1 / (1 − rate). */
export interface DropoutLayer extends LayerBase {
	readonly type: 'dropout';
	readonly rate: number;
}

/** Element-wise, softmax over the last axis. */
export interface ActivationLayer extends LayerBase {
	readonly type: 'activation';
	readonly activation: Activation;
}

/** One resolved layer: everything an engine needs, no defaults left open. */
export type Layer = DenseLayer | Conv2dLayer | Pooling2dLayer | ReshapeLayer | DropoutLayer | ActivationLayer;
