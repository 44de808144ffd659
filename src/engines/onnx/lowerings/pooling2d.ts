import type {Pooling2dLayer} from '../../../model/layer.ts';
import {sizeOf} from '../../../tensor/shape.ts';
import type {LayerLowering} from '../family.ts';
import type {GraphBuilder} from '../graph-builder.ts';
import {toImage} from '../forms.ts';
import type {LoweringContext, WholeValue} from '../value.ts';
import {gatedEarly} from './activation.ts';
import {isAtLeast} from './gates.ts';
import {scatterAttributes, windowAttributes} from './windows.ts';

/** Below every value that a network computes; an infinity less itself would be NaN. */
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
	graph.view(name, [rows * channels, 1, height, width]);

const asImage = ({graph, rows}: LoweringContext, name: string, shape: readonly [number, number, number]): WholeValue => ({
	form: 'image',
	shape,
	name: graph.view(name, [rows, shape[2], shape[0], shape[1]]),
});

/** What every window holds at each of its positions, row-major: [planes, 1, height', width'] each. */
const windowPositions = ({graph}: LoweringContext, {poolSize, strides, output}: Pooling2dLayer, padded: string): readonly string[] => {
	const integers = (values: readonly number[]): string => graph.constant(values, 'int64', [values.length]);
	return Array.from({length: sizeOf(poolSize)}, (_, position) => {
		const starts = [Math.floor(position / poolSize[1]), position % poolSize[1]];
		const ends = starts.map((start, axis) => start + (output[axis]! - 1) * strides[axis]! + 1);
		return graph.node('Slice', [padded, integers(starts), integers(ends), integers([2, 3]), integers(strides)]);
	});
};

/** Gives dy to the first of the largest candidates and 0 to the others, element by element. */
const shareByFirstMaximum = (graph: GraphBuilder, [first, ...others]: readonly string[], dy: string): readonly string[] => {
	const {node} = graph;
	let largest = first!;
	const isBefore = others.map((candidate, index) => {
		const gate = isAtLeast(graph, largest, candidate);
		if (index < others.length - 1) {
			largest = node('Max', [largest, candidate]);
		}

		return gate;
	});
	const shares: string[] = [];
	let rest = dy;
	for (const gate of isBefore.toReversed()) {
		const earlier = node('Mul', [rest, gate]);
		shares.unshift(node('Sub', [rest, earlier]));
		rest = earlier;
	}

	return [rest, ...shares];
};

/** A maximum's gradient goes to the first maximum of its window in row-major order. */
export const lowerMaxPooling2d: LayerLowering<Pooling2dLayer> = (context, layer, {x: given, needsInput}) => {
	const {graph} = context;
	const {node} = graph;
	const x = toImage(context, given);
	const window = windowAttributes(layer, layer.poolSize);
	const y: WholeValue = {form: 'image', shape: layer.output, name: node('MaxPool', [x.name], window)};
	return {
		y,
		backward(dy) {
			if (!needsInput) {
				return {dx: undefined, parameters: []};
			}

			const input = layer.input as readonly [number, number, number];
			const output = layer.output as readonly [number, number, number];
			const kernels = positionKernels(context, layer.poolSize);
			const [top, left, bottom, right] = window.pads as [number, number, number, number];
			const unpadded = asPlanes(context, x.name, input);
			const pads = graph.constant([0, 0, top, left, 0, 0, bottom, right], 'int64', [8]);
			const isPadded = top + left + bottom + right > 0;
			const padded = isPadded ? node('Pad', [unpadded, pads, graph.scalar(lowest)]) : unpadded;
			const candidates = windowPositions(context, layer, padded);
			const isGated = given.isRectified === true;
			const gradient = isGated ? gatedEarly(context, y, toImage(context, dy)) : toImage(context, dy);
			const shares = shareByFirstMaximum(graph, candidates, asPlanes(context, gradient.name, output));
			const planes = node('ConvTranspose', [node('Concat', shares, {axis: 1}), kernels], scatterAttributes(layer, layer.poolSize));
			return {dx: {...asImage(context, planes, input), isGated}, parameters: []};
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
export const lowerAveragePooling2d: LayerLowering<Pooling2dLayer> = (context, layer, {x: given, needsInput}) => {
	const {graph} = context;
	const {node} = graph;
	const x = toImage(context, given);
	const y: WholeValue = {form: 'image', shape: layer.output, name: node('AveragePool', [x.name], {...windowAttributes(layer, layer.poolSize), count_include_pad: 0})};
	return {
		y,
		backward(dy) {
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
