import type {Conv2dLayer} from '../../../model/layer.ts';
import type {LoweringContext} from '../value.ts';
import {windowAttributes} from './windows.ts';

/** Input channels from which on matrix products are faster than a convolution. */
const fewChannels = 8;
/** Pixels of one product: its operands stay in the second-level cache. */
const pixelsAtOnce = 4096;
/** Bounds the graph's size where a shard has very many rows. */
const mostParts = 16;

/** The gradient of a kernel as a convolution in which the batch takes the place of the channels. */
const byConvolution = ({graph}: LoweringContext, layer: Conv2dLayer, x: string, dz: string): string => {
	const {node} = graph;
	const [height, width] = layer.kernelSize;
	const correlated = node('Conv', [x, dz], {
		kernel_shape: layer.output.slice(0, 2), dilations: layer.strides, pads: windowAttributes(layer, layer.kernelSize).pads,
	});
	// Rows and columns that no window reached give taps that the kernel does not have.
	const taps = node('Slice', [
		correlated, graph.constant([0, 0], 'int64', [2]), graph.constant([height, width], 'int64', [2]), graph.constant([2, 3], 'int64', [2]),
	]);
	// From [channels, filters, rows, columns].
	return node('Transpose', [taps], {perm: [2, 3, 0, 1]});
};

/**
 * The gradient of a kernel with strides of 1 as matrix products, one a part of the batch.
 *
 * Every pair of a column shift of x and a row shift of dz is one tap: [columns · channels, pixels] · [pixels, rows · filters].
 */
const byProducts = ({graph, rows}: LoweringContext, layer: Conv2dLayer, x: string, dz: string): string => {
	const {node} = graph;
	const {input, output, filters, kernelSize: [kernelRows, kernelColumns], pads: {top, bottom, left, right}} = layer;
	const [height, , channels] = input as readonly [number, number, number];
	const [, width] = output as readonly [number, number, number];
	const integers = (values: readonly number[]): string => graph.constant(values, 'int64', [values.length]);
	const pad = (value: string, [before, after]: readonly [number, number], axis: 2 | 3): string => {
		const pads = [0, 0, 0, 0, 0, 0, 0, 0];
		pads[axis] = before;
		pads[axis + 4] = after;
		return before + after === 0 ? value : node('Pad', [value, integers(pads)]);
	};

	const paddedX = pad(x, [left, right], 3);
	const paddedDz = pad(dz, [kernelRows - 1 - top, kernelRows - 1 - bottom], 2);
	const rowsAtOnce = Math.max(1, Math.round(pixelsAtOnce / (height * width)), Math.ceil(rows / mostParts));
	const products: string[] = [];
	for (let from = 0; from < rows; from += rowsAtOnce) {
		const to = Math.min(from + rowsAtOnce, rows);
		const pixels = (to - from) * height * width;
		/** Shifted copies of the part's rows below one another. */
		const shifts = (value: string, starts: readonly number[], {axis, length}: {readonly axis: 2 | 3; readonly length: number}): string => {
			const copies = starts.map(start => node('Slice', [value, integers([from, start]), integers([to, start + length]), integers([1, axis])]));
			return graph.view(node('Concat', copies, {axis: 0}), [-1, pixels]);
		};

		const columnShifts = shifts(paddedX, Array.from({length: kernelColumns}, (_, column) => column), {axis: 3, length: width});
		const rowShifts = shifts(paddedDz, Array.from({length: kernelRows}, (_, row) => kernelRows - 1 - row), {axis: 2, length: height});
		products.push(node('Gemm', [columnShifts, rowShifts], {transB: 1}));
	}

	const sum = products.length === 1 ? products[0]! : node('Sum', products);
	const taps = graph.view(sum, [kernelColumns, channels, kernelRows, filters]);
	return node('Transpose', [taps], {perm: [2, 0, 1, 3]});
};

/** The gradient of a kernel, [rows, columns, channels, filters], from x and dz, both [batch, channels, height, width]. */
export const kernelGradient = (context: LoweringContext, layer: Conv2dLayer, {x, dz}: {readonly x: string; readonly dz: string}): string => {
	const [batchX, batchDz] = [x, dz].map(name => context.graph.node('Transpose', [name], {perm: [1, 0, 2, 3]})) as [string, string];
	const isDense = layer.strides.every(stride => stride === 1) && layer.input[2]! >= fewChannels;
	return (isDense ? byProducts : byConvolution)(context, layer, batchX, batchDz);
};
