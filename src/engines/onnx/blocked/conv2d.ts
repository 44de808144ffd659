import type {Conv2dLayer} from '../../../model/layer.ts';
import type {LayerLowering} from '../family.ts';
import {activate, rectified} from '../lowerings/activation.ts';
import {lowerConv2d} from '../lowerings/conv2d.ts';
import {toBlocked} from '../forms.ts';
import {pad, view} from '../nodes.ts';
import {groupDims, imageShape, type BlockedValue, type LoweringContext} from '../value.ts';
import {gatherPhases, geometryOf, scatterPhases, type Geometry, type Phase} from './geometry.ts';
import {biasGradient, exchange, filledImages, fillImages, imagesFirst} from './images.ts';
import {arrangeKernel, joinTaps, type BlockedChannels, type BlockedKernel} from './kernel.ts';
import {isWorthTransforming, lowerWinogradConv2d} from './winograd.ts';

/** More groups than these make a graph too long. */
const mostGroups = 64;

/**
 * A convolution whose neighbouring pixels are as many images apart as a group has: all images of a group are one wide
 * image of dilated windows, and the gradients are convolutions of the same kind. One with strides is the sum of those
 * of its phases.
 */
export const lowerBlockedConv2d: LayerLowering<Conv2dLayer> = (context, layer, given) => {
	const {rows: examples} = context;
	const {size, images} = context.blocks!;
	const channels = imageShape(layer.input)[2];
	if (examples > mostGroups * images) {
		return lowerConv2d(context, layer, given);
	}

	const fill = (count: number): number => Math.ceil(count / size) * size;
	// The runtime reads fewer channels than a block as planes.
	const order = channels < size && !given.needsInput ? 'planes' : 'blocks';
	const sizes: BlockedChannels = {order, channels, filledChannels: order === 'planes' ? channels : fill(channels), filters: layer.filters, filledFilters: fill(layer.filters)};
	if (isWorthTransforming(layer, sizes)) {
		return lowerWinogradConv2d(context, layer, {...given, sizes});
	}

	const columns = columnsApart(layer, given);
	// Every column of a tile is a convolution of its own, with as many columns as stride.
	const offsets = Array.from({length: columns}, (_, offset) => geometryOf(columns === 1 ? layer : everyColumn(layer, columns, offset)));
	const [kernelName, biasName] = given.parameters as readonly [string, string?];
	const bias = biasName === undefined ? '' : pad(context, biasName, [0], [sizes.filledFilters - layer.filters]);
	const x = toBlocked(context, given.x, {order});
	const convolutions = offsets.map(geometry => ({
		sizes, geometry,
		kernels: geometry.phases.map(phase => arrangeKernel(context, kernelName, {...sizes, geometry, phase})),
		cells: x.groups.map(group => gatherPhases(context, group, geometry)),
	}));
	const isRelu = layer.activation === 'relu';
	const form = {form: 'blocked', order: 'blocks', columns, shape: layer.output} as const;
	const z: BlockedValue = {
		...form,
		groups: x.groups.flatMap((_, group) => convolutions.map(convolution => view(context, convolve(context, convolution.cells[group]!, {...convolution, bias, isRelu}), groupDims(context, form)))),
	};
	const {y, gradient} = isRelu ? rectified(context, z) : activate(context, layer.activation, z);
	return {
		y,
		backward(dy) {
			const dz = toBlocked(context, gradient(dy), form);
			const kernelGradients = convolutions.map(({geometry, kernels, cells}, offset) => {
				const groups = dz.groups.filter((_, index) => index % columns === offset);
				const taps = geometry.phases.map((phase, index) =>
					kernels[index]!.gradientOf(kernelGradient(context, {groups, cells: cells.map(group => group[index]!), geometry, phase, sizes})));
				return joinTaps(context, taps, geometry, sizes);
			});
			return {
				dx: given.needsInput ? {...x, isGated: false, groups: inputGradients(context, {...convolutions[0]!, dz, x})} : undefined,
				parameters: [
					columns === 1 ? kernelGradients[0]! : context.graph.node('Sum', kernelGradients),
					...(biasName === undefined ? [] : [biasGradient(context, dz.groups, layer.filters)]),
				],
			};
		},
	};
};

/** Columns of a tile that lie apart because the next layer takes maxima of them: there they come out as it reads them. */
const columnsApart = ({output, strides}: Conv2dLayer, {needsInput, next}: Pick<Parameters<LayerLowering<Conv2dLayer>>[2], 'needsInput' | 'next'>): number => {
	const [, width] = imageShape(output);
	return !needsInput && next?.type === 'maxPooling2d' && next.poolSize[1] === next.strides[1] && strides[1] === 1 && width % next.poolSize[1] === 0 ? next.poolSize[1] : 1;
};

/** The convolution of every so many-th column of the output. */
const everyColumn = (layer: Conv2dLayer, stride: number, offset: number): Conv2dLayer => {
	const {strides, pads} = layer;
	const [height, width, filters] = imageShape(layer.output);
	return {...layer, strides: [strides[0], stride], output: [height, width / stride, filters], pads: {...pads, left: pads.left - offset}};
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
	const {images} = context.blocks!;
	const [top, bottom] = geometry.rowPads;
	let sum: string | undefined;
	for (const [index, phase] of geometry.phases.entries()) {
		const isLast = index === geometry.phases.length - 1;
		const inputs = [
			view(context, cells[index]!, [1, sizes.filledChannels, heightOf(geometry, phase), phase.columns.cells * images]),
			view(context, kernels[index]!.forward, [sizes.filledFilters, sizes.filledChannels, phase.rows.taps, phase.columns.taps]),
			isLast ? bias : '',
			sum ?? '',
		];
		sum = context.graph.blocked('Conv', inputs, {dilations: [1, images], pads: [top, 0, bottom, 0], ...(isRelu && isLast && {activation: 'Relu'})});
	}

	return sum!;
};

/** Every window gives its gradient back to the pixels that it saw. */
const inputGradients = (context: LoweringContext, {dz, x, geometry, kernels, sizes}: Convolution & {readonly dz: BlockedValue; readonly x: BlockedValue}): readonly string[] => {
	const {size, images} = context.blocks!;
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
			const gradient = context.graph.blocked('Conv', [view(context, wide, [1, sizes.filledFilters, rows.output, width * images]), filters[index]!], {dilations: [1, images], pads: [above, 0, below, 0]});
			return view(context, gradient, [sizes.filledChannels / size, rows.output + above + below - phase.rows.taps + 1, width - phase.columns.taps + 1, images * size]);
		});
		return view(context, scatterPhases(context, x, gradients, geometry), groupDims(context, x));
	});
};

/** The gradient of a phase's taps: images take the place of channels, and the gradient of the output that of a kernel. */
const kernelGradient = (context: LoweringContext, {groups, cells, geometry, phase, sizes: {order, filledChannels: channels, filledFilters: filters}}: Omit<Convolution, 'kernels'> & {
	/** Of the gradient of the output. */
	readonly groups: readonly string[];
	readonly cells: readonly string[];
	readonly phase: Phase;
}): string => {
	const {size} = context.blocks!;
	const {rows, columns, rowPads: [top, bottom]} = geometry;
	const height = heightOf(geometry, phase);
	const width = phase.columns.cells;
	const images = filledImages(context.blocks!);
	let sum: string | undefined;
	for (const [index, cell] of cells.entries()) {
		const input = order === 'planes'
			? view(context, imagesFirst(context, fillImages(context, cell, channels * height * width, 1), channels, height * width, size), [channels, images, height, width])
			: view(context, exchange(context, cell, channels / size, height * width), [channels / size, images, height, width * size]);
		const pixels = rows.output * columns.output;
		const group = fillImages(context, groups[index]!, filters / size * pixels, size);
		const filter = view(context, imagesFirst(context, group, filters / size, pixels, size * size), [filters, images, rows.output, columns.output]);
		sum = context.graph.blocked('Conv', [input, filter, ...(sum === undefined ? [] : ['', sum])], {
			dilations: [1, order === 'planes' ? 1 : size], pads: [top, 0, bottom, 0],
		});
	}

	return sum!;
};
