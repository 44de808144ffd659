import type {Conv2dLayer} from '../../../model/layer.ts';
import type {LayerLowering} from '../family.ts';
import {activate, rectified} from '../lowerings/activation.ts';
import {lowerConv2d} from '../lowerings/conv2d.ts';
import {groupDims, imageShape, integers, pad, toBlocked, view, type BlockedValue, type LoweringContext} from '../value.ts';
import {gatherPhases, geometryOf, scatterPhases, type Geometry, type Phase} from './geometry.ts';
import {arrangeKernel, joinTaps, type BlockedChannels, type BlockedKernel} from './kernel.ts';

/** More groups than these make a graph too long. */
const mostGroups = 64;

/** Swaps images and channels inside every pixel: the runtime's reordering of [pixels, channels] of a block at a time. */
const exchange = (context: LoweringContext, name: string, pixels: number): string => {
	const size = context.block!;
	return context.graph.blocked('ReorderInput', [view(context, name, [pixels, size, size / 4, 4])]);
};

/**
 * A convolution whose neighbouring pixels are as many images apart as a group has: all images of a group are one wide
 * image of dilated windows, and the gradients are convolutions of the same kind. One with strides is the sum of those
 * of its phases.
 */
export const lowerBlockedConv2d: LayerLowering<Conv2dLayer> = (context, layer, given) => {
	const {graph, rows: examples, block} = context;
	const size = block!;
	const channels = imageShape(layer.input)[2];
	if (examples > mostGroups * size) {
		return lowerConv2d(context, layer, given);
	}

	const fill = (count: number): number => Math.ceil(count / size) * size;
	// The runtime reads fewer channels than a block as planes.
	const order = channels < size && !given.needsInput ? 'planes' : 'blocks';
	const sizes: BlockedChannels = {order, channels, filledChannels: order === 'planes' ? channels : fill(channels), filters: layer.filters, filledFilters: fill(layer.filters)};
	const geometry = geometryOf(layer);
	const [kernelName, biasName] = given.parameters as readonly [string, string?];
	const kernels = geometry.phases.map(phase => arrangeKernel(context, kernelName, {...sizes, geometry, phase}));
	const bias = biasName === undefined ? '' : pad(context, biasName, [0], [sizes.filledFilters - layer.filters]);
	const x = toBlocked(context, given.x, order);
	const cells = x.groups.map(group => gatherPhases(context, group, geometry));
	const isRelu = layer.activation === 'relu';
	const form = {form: 'blocked', order: 'blocks', shape: layer.output} as const;
	const z: BlockedValue = {
		...form,
		groups: cells.map(group => view(context, convolve(context, group, {sizes, geometry, kernels, bias, isRelu}), groupDims(context, form))),
	};
	const {y, gradient} = isRelu ? rectified(context, z) : activate(context, layer.activation, z);
	return {
		y,
		backward(dy) {
			const dz = toBlocked(context, gradient(dy), 'blocks');
			const taps = geometry.phases.map((phase, index) =>
				kernels[index]!.gradientOf(kernelGradient(context, {dz, cells: cells.map(group => group[index]!), geometry, phase, sizes})));
			return {
				dx: given.needsInput ? {...x, isGated: false, groups: inputGradients(context, {dz, x, geometry, kernels, sizes})} : undefined,
				parameters: [
					joinTaps(context, taps, geometry, sizes),
					...(biasName === undefined ? [] : [biasGradient(context, dz, layer.filters)]),
				],
			};
		},
	};
};

interface Convolution {
	readonly geometry: Geometry;
	readonly sizes: BlockedChannels;
	readonly kernels: readonly BlockedKernel[];
}

/** Rows of a phase that lie in memory: the convolution adds the others. */
const heightOf = ({rowPads: [top, bottom]}: Geometry, phase: Phase): number => phase.rows.cells - top - bottom;

/** The sum of the convolutions of a group's phases; the last adds the bias and rectifies. */
const convolve = (context: LoweringContext, cells: readonly string[], {geometry, sizes, kernels, bias, isRelu}: Convolution & {readonly bias: string; readonly isRelu: boolean}): string => {
	const size = context.block!;
	const [top, bottom] = geometry.rowPads;
	let sum: string | undefined;
	for (const [index, phase] of geometry.phases.entries()) {
		const isLast = index === geometry.phases.length - 1;
		const inputs = [
			view(context, cells[index]!, [1, sizes.filledChannels, heightOf(geometry, phase), phase.columns.cells * size]),
			view(context, kernels[index]!.forward, [sizes.filledFilters, sizes.filledChannels, phase.rows.taps, phase.columns.taps]),
			isLast ? bias : '',
			sum ?? '',
		];
		sum = context.graph.blocked('Conv', withoutTrailing(inputs), {dilations: [1, size], pads: [top, 0, bottom, 0], ...(isRelu && isLast && {activation: 'Relu'})});
	}

	return sum!;
};

/** Inputs at the end that are left out. */
const withoutTrailing = (inputs: readonly string[]): readonly string[] => inputs.slice(0, inputs.findLastIndex(name => name !== '') + 1);

/** Every window gives its gradient back to the pixels that it saw. */
const inputGradients = (context: LoweringContext, {dz, x, geometry, kernels, sizes}: Convolution & {readonly dz: BlockedValue; readonly x: BlockedValue}): readonly string[] => {
	const size = context.block!;
	const {rows, columns, phases} = geometry;
	const isOne = rows.stride === 1 && columns.stride === 1;
	// Without strides the padding of the input is left out at once.
	const around = ({before, after}: Geometry['rows'], taps: number): readonly [number, number] => (isOne ? [taps - 1 - before, taps - 1 - after] : [taps - 1, taps - 1]);
	const filters = kernels.map((kernel, index) => view(context, kernel.backward(), [sizes.filledChannels, sizes.filledFilters, phases[index]!.rows.taps, phases[index]!.columns.taps]));
	return dz.groups.map(group => {
		const gradients = phases.map((phase, index) => {
			const [left, right] = around(columns, phase.columns.taps);
			const [above, below] = around(rows, phase.rows.taps);
			const wide = pad(context, group, [0, 0, left, 0], [0, 0, right, 0]);
			const width = columns.output + left + right;
			const gradient = context.graph.blocked('Conv', [view(context, wide, [1, sizes.filledFilters, rows.output, width * size]), filters[index]!], {dilations: [1, size], pads: [above, 0, below, 0]});
			return view(context, gradient, [sizes.filledChannels / size, rows.output + above + below - phase.rows.taps + 1, width - phase.columns.taps + 1, size * size]);
		});
		return view(context, scatterPhases(context, x, gradients, geometry), groupDims(context, x));
	});
};

/** The gradient of a phase's taps: images take the place of channels, and the gradient of the output that of a kernel. */
const kernelGradient = (context: LoweringContext, {dz, cells, geometry, phase, sizes: {order, filledChannels: channels, filledFilters: filters}}: Omit<Convolution, 'kernels'> & {
	readonly dz: BlockedValue;
	readonly cells: readonly string[];
	readonly phase: Phase;
}): string => {
	const size = context.block!;
	const {rows, columns, rowPads: [top, bottom]} = geometry;
	const height = heightOf(geometry, phase);
	const width = phase.columns.cells;
	let sum: string | undefined;
	for (const [index, cell] of cells.entries()) {
		const input = order === 'planes'
			? view(context, cell, [channels, size, height, width])
			: view(context, exchange(context, cell, channels / size * height * width), [channels / size, size, height, width * size]);
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
