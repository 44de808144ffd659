import type {Pooling2dLayer} from '../../../model/layer.ts';
import {sizeOf} from '../../../tensor/shape.ts';
import type {LayerLowering} from '../family.ts';
import {toImage, type LoweringContext, type Value} from '../value.ts';
import {scatterAttributes, windowAttributes} from './windows.ts';

/** Below every value that a network computes; an infinity would make NaN of its product with 0. */
const lowest = -1e30;

/** One kernel a window position, [positions, 1, rows, columns]: 1 at the position, 0 elsewhere. */
const positionKernels = ({graph}: LoweringContext, [rows, columns]: readonly [number, number]): string => {
	const positions = rows * columns;
	const values = new Float32Array(positions * positions);
	for (let position = 0; position < positions; position++) {
		values[position * positions + position] = 1;
	}

	return graph.constant(values, 'float32', [positions, 1, rows, columns]);
};

/** Every channel of every row as an image of its own: [rows · channels, 1, height, width]. */
const asPlanes = ({graph, rows}: LoweringContext, name: string, [height, width, channels]: readonly [number, number, number]): string =>
	graph.node('Reshape', [name, graph.constant([rows * channels, 1, height, width], 'int64', [4])]);

const asImage = ({graph, rows}: LoweringContext, name: string, shape: readonly [number, number, number]): Value => ({
	form: 'image',
	shape,
	name: graph.node('Reshape', [name, graph.constant([rows, shape[2], shape[0], shape[1]], 'int64', [4])]),
});

/** A maximum's gradient goes to the first maximum of its window in row-major order. */
export const lowerMaxPooling2d: LayerLowering<Pooling2dLayer> = (context, layer, {x: given}) => {
	const {graph} = context;
	const {node} = graph;
	const x = toImage(context, given);
	const window = windowAttributes(layer, layer.poolSize);
	const y: Value = {form: 'image', shape: layer.output, name: node('MaxPool', [x.name], window)};
	return {
		y,
		backward(dy, {needsInput}) {
			if (!needsInput) {
				return {dx: undefined, parameters: []};
			}

			const input = layer.input as readonly [number, number, number];
			const output = layer.output as readonly [number, number, number];
			const positions = sizeOf(layer.poolSize);
			const kernels = positionKernels(context, layer.poolSize);
			const [top, left, bottom, right] = window.pads as [number, number, number, number];
			const padded = node('Pad', [
				asPlanes(context, x.name, input),
				graph.constant([0, 0, top, left, 0, 0, bottom, right], 'int64', [8]),
				graph.scalar(lowest),
			]);
			// [planes, positions, height', width']: what each window holds at each position.
			const candidates = node('Conv', [padded, kernels], {kernel_shape: layer.poolSize, strides: layer.strides});
			const first = node('ArgMax', [candidates], {axis: 1, keepdims: 0});
			const chosen = node('OneHot', [first, graph.constant([positions], 'int64', [1]), graph.constant([0, 1], 'float32', [2])], {axis: 1});
			const shares = node('Mul', [chosen, asPlanes(context, toImage(context, dy).name, output)]);
			const planes = node('ConvTranspose', [shares, kernels], scatterAttributes(layer, layer.poolSize));
			return {dx: asImage(context, planes, input), parameters: []};
		},
	};
};

/** How many pixels each window of one plane covers, [1, 1, height', width']. */
const coverage = ({input, output, poolSize, strides, pads}: Pooling2dLayer): Float32Array => {
	const along = (axis: 0 | 1, before: number): readonly number[] => Array.from({length: output[axis]!}, (_, index) => {
		const start = index * strides[axis] - before;
		return Math.min(start + poolSize[axis], input[axis]!) - Math.max(start, 0);
	});
	const columns = along(1, pads.left);
	return Float32Array.from(along(0, pads.top).flatMap(row => columns.map(column => row * column)));
};

/** A mean's gradient goes to all that its window covers, evenly; padding takes no part. */
export const lowerAveragePooling2d: LayerLowering<Pooling2dLayer> = (context, layer, {x: given}) => {
	const {graph} = context;
	const {node} = graph;
	const x = toImage(context, given);
	const y: Value = {form: 'image', shape: layer.output, name: node('AveragePool', [x.name], {...windowAttributes(layer, layer.poolSize), count_include_pad: 0})};
	return {
		y,
		backward(dy, {needsInput}) {
			if (!needsInput) {
				return {dx: undefined, parameters: []};
			}

			const input = layer.input as readonly [number, number, number];
			const output = layer.output as readonly [number, number, number];
			const counts = graph.constant(coverage(layer), 'float32', [1, 1, output[0], output[1]]);
			const shares = node('Div', [asPlanes(context, toImage(context, dy).name, output), counts]);
			const ones = graph.constant(new Float32Array(sizeOf(layer.poolSize)).fill(1), 'float32', [1, 1, ...layer.poolSize]);
			const planes = node('ConvTranspose', [shares, ones], scatterAttributes(layer, layer.poolSize));
			return {dx: asImage(context, planes, input), parameters: []};
		},
	};
};
