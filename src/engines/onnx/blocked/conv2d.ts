import type {Conv2dLayer} from '../../../model/layer.ts';
import type {LayerLowering} from '../family.ts';
import {activate, rectified} from '../lowerings/activation.ts';
import {lowerConv2d} from '../lowerings/conv2d.ts';
import {groupDims, imageShape, integers, pad, toBlocked, view, type BlockedValue, type LoweringContext} from '../value.ts';
import {gatherCells, geometryOf, scatterCells, type Geometry} from './geometry.ts';
import {arrangeKernel} from './kernel.ts';

/** More groups than these make a graph too long. */
const mostGroups = 64;

/** Swaps images and channels inside every pixel: the runtime's reordering of [pixels, channels] of a block at a time. */
const exchange = (context: LoweringContext, name: string, pixels: number): string => {
	const size = context.block!;
	return context.graph.blocked('ReorderInput', [view(context, name, [pixels, size, size / 4, 4])]);
};

/**
 * A convolution whose neighbouring pixels are as many images apart as a group has: all images of a group are one wide
 * image of dilated windows, and the gradients are convolutions of the same kind.
 */
export const lowerBlockedConv2d: LayerLowering<Conv2dLayer> = (context, layer, given) => {
	const {graph, rows: examples, block} = context;
	const size = block!;
	const channels = imageShape(layer.input)[2];
	const geometry = geometryOf(layer);
	const {rows, columns, phases, rowPads: [top, bottom]} = geometry;
	// The runtime reads fewer channels than a block as planes.
	const order = phases * channels < size && !given.needsInput ? 'planes' : 'blocks';
	if (examples > mostGroups * size) {
		return lowerConv2d(context, layer, given);
	}

	const perPhase = order === 'planes' ? channels : Math.ceil(channels / size) * size;
	const [kernelName, biasName] = given.parameters as readonly [string, string?];
	const kernel = arrangeKernel(context, kernelName, {geometry, order, channels, perPhase, filters: layer.filters});
	const bias = biasName === undefined ? [] : [pad(context, biasName, [0], [kernel.filters - layer.filters])];
	const x = toBlocked(context, given.x, order);
	const cells = x.groups.map(group => gatherCells(context, x, group, geometry));
	const isRelu = layer.activation === 'relu';
	const height = rows.cells - top - bottom;
	const filter = view(context, kernel.forward, [kernel.filters, kernel.channels, rows.taps, columns.taps]);
	const form = {form: 'blocked', order: 'blocks', shape: layer.output} as const;
	const z: BlockedValue = {
		...form,
		groups: cells.map(cell => view(context, graph.blocked('Conv', [
			view(context, cell, [1, kernel.channels, height, columns.cells * size]), filter, ...bias,
		], {dilations: [1, size], pads: [top, 0, bottom, 0], ...(isRelu && {activation: 'Relu'})}), groupDims(context, form))),
	};
	const {y, gradient} = isRelu ? rectified(context, z) : activate(context, layer.activation, z);
	return {
		y,
		backward(dy) {
			const dz = toBlocked(context, gradient(dy), 'blocks');
			return {
				dx: given.needsInput ? {...x, groups: inputGradients(context, {dz, x, geometry, kernel: kernel.backward(), channels: kernel.channels, filters: kernel.filters})} : undefined,
				parameters: [
					kernel.gradientOf(kernelGradient(context, {dz, cells, geometry, order, channels: kernel.channels, filters: kernel.filters})),
					...(biasName === undefined ? [] : [biasGradient(context, dz, layer.filters)]),
				],
			};
		},
	};
};

interface Sizes {
	readonly geometry: Geometry;
	readonly channels: number;
	readonly filters: number;
}

/** Every window gives its gradient back to the pixels that it saw. */
const inputGradients = (context: LoweringContext, {dz, x, geometry, kernel, channels, filters}: Sizes & {
	readonly dz: BlockedValue;
	readonly x: BlockedValue;
	readonly kernel: string;
}): readonly string[] => {
	const size = context.block!;
	const {rows, columns, phases} = geometry;
	const filter = view(context, kernel, [channels, filters, rows.taps, columns.taps]);
	// Without phases the padding of the input is left out at once.
	const around = ({taps, before, after}: Geometry['rows']): readonly [number, number] => (phases === 1 ? [taps - 1 - before, taps - 1 - after] : [taps - 1, taps - 1]);
	const [left, right] = around(columns);
	const [above, below] = around(rows);
	return dz.groups.map(group => {
		const wide = pad(context, group, [0, 0, left, 0], [0, 0, right, 0]);
		const width = (columns.output + left + right) * size;
		const gradient = context.graph.blocked('Conv', [view(context, wide, [1, filters, rows.output, width]), filter], {dilations: [1, size], pads: [above, 0, below, 0]});
		return view(context, scatterCells(context, x, gradient, geometry), groupDims(context, x));
	});
};

/** The kernel's gradient: images take the place of channels, and the gradient of the output that of a kernel. */
const kernelGradient = (context: LoweringContext, {dz, cells, geometry: {rows, columns, rowPads: [top, bottom]}, order, channels, filters}: Sizes & {
	readonly dz: BlockedValue;
	readonly cells: readonly string[];
	readonly order: 'blocks' | 'planes';
}): string => {
	const size = context.block!;
	const height = rows.cells - top - bottom;
	let sum: string | undefined;
	for (const [index, cell] of cells.entries()) {
		const input = order === 'planes'
			? view(context, cell, [channels, size, height, columns.cells])
			: view(context, exchange(context, cell, channels / size * height * columns.cells), [channels / size, size, height, columns.cells * size]);
		const filter = view(context, dz.groups[index]!, [filters, size, rows.output, columns.output]);
		sum = context.graph.blocked('Conv', [input, filter, ...(sum === undefined ? [] : ['', sum])], {
			dilations: [1, order === 'planes' ? 1 : size], pads: [top, 0, bottom, 0],
		});
	}

	return sum!;
};

const biasGradient = (context: LoweringContext, {groups, shape}: BlockedValue, count: number): string => {
	const {graph: {node}, block} = context;
	const size = block!;
	const [height, width, channels] = imageShape(shape);
	const blocks = Math.ceil(channels / size);
	const parts = groups.map(group => node('ReduceSum', [view(context, group, [blocks, height * width * size, size]), integers(context, [1])], {keepdims: 0}));
	const sum = parts.length === 1 ? parts[0]! : node('Sum', parts);
	return pad(context, view(context, sum, [blocks * size]), [0], [count - blocks * size]);
};
