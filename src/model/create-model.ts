import {softmaxOfOne} from '../errors/codes/definition.ts';
import {createError} from '../errors/threadloom-error.ts';
import type {ParameterEntry} from '../tensor/layout.ts';
import {formatShape, sizeOf, type Shape, type TensorSpec} from '../tensor/shape.ts';
import type {Layer} from './layer.ts';
import type {Head, InitialValue, Loss, Model} from './model.ts';
import type {Initializer, LayerConfig} from './schema.ts';
import {slide} from './windows.ts';

/** Builds the parameters of one layer and counts their offsets. */
interface Allocation {
	readonly add: (layer: string, name: string, shape: Shape, initializer: Initializer) => ParameterEntry;
}

const typeNames: Readonly<Record<LayerConfig['name'], string>> = {
	dense: 'dense',
	conv2d: 'conv2d',
	maxPooling2d: 'max_pooling2d',
	averagePooling2d: 'average_pooling2d',
	flatten: 'flatten',
	reshape: 'reshape',
	dropout: 'dropout',
	activation: 'activation',
};

/** A layer by its place in the model. */
type NamedLayer = Pick<Layer, 'name' | 'index'>;

const misfit = ({name, index}: NamedLayer, reason: string): never => {
	throw createError('MODEL_SHAPE', {layer: name, index, reason});
};

const image = (layer: NamedLayer, input: Shape): readonly [number, number, number] => {
	if (input.length !== 3) {
		const hint = input.length === 2 ? `; add the operator or layer reshape to ${formatShape([...input, 1])}` : '';
		return misfit(layer, `it needs height × width × channels and is given ${formatShape(input)}${hint}`);
	}

	return input as readonly [number, number, number];
};

const checkOutput = (layer: NamedLayer, input: Shape, output: readonly [number, number], window: readonly [number, number]): void => {
	if (output.some(length => length < 1)) {
		misfit(layer, `its window of ${formatShape(window)} does not fit into ${formatShape(input)}`);
	}
};

/** Resolves one layer against the shape before it. */
const createLayer = (config: LayerConfig, base: NamedLayer & {readonly input: Shape}, {add}: Allocation): Layer => {
	const {name, input} = base;
	switch (config.name) {
		case 'dense': {
			const {units, useBias, activation, kernelInitializer, biasInitializer} = config.options;
			if (input.length !== 1) {
				return misfit(base, `it needs a vector and is given ${formatShape(input)}; add the layer flatten before it`);
			}

			return {
				...base, type: 'dense', units, useBias, activation,
				output: [units],
				parameters: [
					add(name, 'kernel', [input[0]!, units], kernelInitializer),
					...(useBias ? [add(name, 'bias', [units], biasInitializer)] : []),
				],
			};
		}

		case 'conv2d': {
			const {filters, kernelSize, strides, padding, useBias, activation, kernelInitializer, biasInitializer} = config.options;
			const [height, width, channels] = image(base, input);
			const {output, pads} = slide([height, width], {window: kernelSize, strides, padding});
			checkOutput(base, input, output, kernelSize);
			return {
				...base, type: 'conv2d', filters, kernelSize, strides, pads, useBias, activation,
				output: [...output, filters],
				parameters: [
					add(name, 'kernel', [...kernelSize, channels, filters], kernelInitializer),
					...(useBias ? [add(name, 'bias', [filters], biasInitializer)] : []),
				],
			};
		}

		case 'maxPooling2d':
		case 'averagePooling2d': {
			const {poolSize, strides = poolSize, padding} = config.options;
			const [height, width, channels] = image(base, input);
			const {output, pads} = slide([height, width], {window: poolSize, strides, padding});
			checkOutput(base, input, output, poolSize);
			return {...base, type: config.name, poolSize, strides, pads, output: [...output, channels], parameters: []};
		}

		case 'flatten': {
			return {...base, type: 'flatten', output: [sizeOf(input)], parameters: []};
		}

		case 'reshape': {
			const {targetShape} = config.options;
			if (sizeOf(targetShape) !== sizeOf(input)) {
				misfit(base, `${formatShape(input)} has ${sizeOf(input)} elements and ${formatShape(targetShape)} has ${sizeOf(targetShape)}`);
			}

			return {...base, type: 'reshape', output: targetShape, parameters: []};
		}

		case 'dropout': {
			return {...base, type: 'dropout', rate: config.options.rate, output: input, parameters: []};
		}

		case 'activation': {
			return {...base, type: 'activation', activation: config.options.activation, output: input, parameters: []};
		}

		default: {
			return config satisfies never;
		}
	}
};

/** Which end of the network is computed together with its loss. */
const headOf = (loss: Loss, layers: readonly Layer[]): Head => {
	const last = layers.at(-1)!;
	const activation = 'activation' in last ? last.activation : 'linear';
	const isCrossentropy = loss === 'categoricalCrossentropy' || loss === 'sparseCategoricalCrossentropy';
	if (isCrossentropy && activation === 'softmax') {
		return {loss, fused: 'softmax'};
	}

	return {loss, fused: loss === 'binaryCrossentropy' && activation === 'sigmoid' ? 'sigmoid' : undefined};
};

const checkHead = (loss: Loss, last: Layer, label: TensorSpec): void => {
	const refuse = (reason: string, of: Partial<NamedLayer> = {}): never => {
		throw createError('MODEL_LOSS', {loss, reason, ...(of.index !== undefined && {index: of.index})});
	};

	const isFloat = label.dtype.startsWith('float');
	const isIndex = label.shape.length === 0 && !isFloat;
	const isNumber = isFloat && sizeOf(label.shape) === 1;
	if (last.output.length !== 1) {
		refuse(`the network must end in a vector; layer "${last.name}" gives ${formatShape(last.output)}`, last);
	}

	const outputs = last.output[0]!;
	if (outputs === 1 && 'activation' in last && last.activation === 'softmax') {
		refuse(softmaxOfOne, last);
	}

	switch (loss) {
		case 'sparseCategoricalCrossentropy': {
			if (isNumber) {
				refuse(`class labels have to be integers and these are ${label.dtype}; store them as integers`);
			}

			if (!isIndex) {
				refuse(`it needs a class index as label and is given a vector of ${formatShape(label.shape)}; use categoricalCrossentropy, or leave out the operator one-hot`);
			}

			break;
		}

		case 'categoricalCrossentropy': {
			if (isNumber && outputs !== 1) {
				refuse(`it needs a vector as label and is given one ${label.dtype}; store class labels as integers and add the operator one-hot, or use sparseCategoricalCrossentropy`);
			}

			if (isIndex) {
				refuse('it needs a vector as label and is given a class index; add the operator one-hot, or use sparseCategoricalCrossentropy');
			}

			break;
		}

		case 'binaryCrossentropy':
		case 'meanSquaredError': {
			if (isIndex && outputs !== 1) {
				refuse(`its label is one number and layer "${last.name}" gives ${outputs}`);
			}

			break;
		}

		default: {
			loss satisfies never;
		}
	}

	if (!isIndex && sizeOf(label.shape) !== outputs) {
		refuse(`its label has ${sizeOf(label.shape)} elements and layer "${last.name}" gives ${outputs}`);
	}
};

/**
 * Resolves a list of layers against the shape of one example.
 *
 * @throws MODEL_SHAPE naming the layer that does not fit, MODEL_LOSS when loss, label and last layer do not go together
 */
export const createModel = ({name, input, layers: configs, loss, label}: {
	readonly name: string;
	readonly input: Shape;
	readonly layers: readonly LayerConfig[];
	readonly loss: Loss;
	/** What the stream gives: a class index where it is one integer, else numbers. */
	readonly label: TensorSpec;
}): Model => {
	const layout: ParameterEntry[] = [];
	const initializers: InitialValue[] = [];
	let offset = 0;
	const allocation: Allocation = {
		add(layer, part, shape, initializer) {
			const entry: ParameterEntry = {name: `${layer}/${part}`, shape, offset, dtype: 'float32', trainable: true};
			layout.push(entry);
			initializers.push({entry: entry.name, initializer});
			offset += sizeOf(shape);
			return entry;
		},
	};
	// Keras counts the layers that were given no name.
	const counts = new Map<string, number>();
	const number = (type: string): string => {
		const count = counts.get(type) ?? 0;
		counts.set(type, count + 1);
		return count === 0 ? type : `${type}_${count}`;
	};

	const taken = new Set<string>();
	const layers: Layer[] = [];
	let shape = input;
	for (const [index, config] of configs.entries()) {
		const layerName = config.options.name ?? number(typeNames[config.name]);
		if (taken.has(layerName)) {
			misfit({name: layerName, index}, 'another layer has the same name');
		}

		taken.add(layerName);
		const layer = createLayer(config, {name: layerName, index, input: shape}, allocation);
		layers.push(layer);
		shape = layer.output;
	}

	checkHead(loss, layers.at(-1)!, label);
	return {name, input, output: shape, layers, layout, parameterCount: offset, head: headOf(loss, layers), initializers};
};
