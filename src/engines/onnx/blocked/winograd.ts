import type {Conv2dLayer} from '../../../model/layer.ts';
import type {Shape} from '../../../tensor/shape.ts';
import type {LayerLowering} from '../family.ts';
import {activate} from '../lowerings/activation.ts';
import {toBlocked} from '../forms.ts';
import {integers, pad, permute, view} from '../nodes.ts';
import {groupDims, imageShape, type BlockedValue, type Layout, type LoweringContext} from '../value.ts';
import {biasGradient, exchange, filledImages, fillImages, imagesFirst} from './images.ts';
import type {BlockedChannels} from './kernel.ts';
import {minimalFiltering, mostProducts, pointOfOnes, transpose, type Filtering, type Matrix} from './toom-cook.ts';

/** Rows of the output that are computed together. */
const tile = 4;
/** With fewer rows of the kernel, the transforms take longer than the products that they spare. */
const leastTaps = 3;

/** Whether a convolution is faster by Winograd's minimal filtering along its rows. */
export const isWorthTransforming = ({strides, kernelSize: [taps]}: Conv2dLayer, {order}: BlockedChannels): boolean =>
	order === 'blocks' && strides[0] === 1 && strides[1] === 1 && taps >= leastTaps && tile + taps - 1 <= mostProducts;

/** Pixels before and after an axis. */
type Padding = readonly [number, number];

/** A convolution of tiles along one axis of its input: `rows` of them come out, and `before` zeros lie before the first pixel. */
interface Windows {
	readonly filtering: Filtering;
	readonly rows: number;
	readonly before: number;
	readonly columns: Padding;
}

const matrix = (context: LoweringContext, values: Matrix): string =>
	context.graph.constant(values.flat(), 'float32', [values.length, values[0]!.length]);

/** Makes what transforms the rows of a group: of every block of channels, [products, tiles, columns, images · block]. */
const inputTransform = (context: LoweringContext, value: Layout & {readonly shape: Shape}, {filtering: {products, input}, rows, before, columns: [left, right]}: Windows): ((group: string) => readonly string[]) => {
	const [height] = imageShape(value.shape);
	const {tile: given = 1} = value;
	const [lead, givenTiles, width, run] = groupDims(context, value);
	const blocks = lead / given;
	const tiles = Math.ceil(rows / tile);
	// Every product of every tile from the rows as they lie; those that the tile does not see have a factor of 0.
	const weights = matrix(context, Array.from({length: products * tiles}, (_, index) => {
		const [product, first] = [Math.floor(index / tiles), (index % tiles) * tile - before];
		return Array.from({length: given * givenTiles}, (_, at) => {
			const row = (at % givenTiles) * given + Math.floor(at / givenTiles);
			return row < height ? input[product]![row - first] ?? 0 : 0;
		});
	}));
	const dims = [products, tiles, left + width + right, run];
	return group => Array.from({length: blocks}, (_, block) => {
		const one = pad(context, view(context, group, [given, blocks, givenTiles, width, run]), [0, -block, 0, left, 0], [0, block + 1 - blocks, 0, right, 0]);
		return view(context, context.graph.node('MatMul', [weights, view(context, one, [given * givenTiles, (left + width + right) * run])]), dims);
	});
};

/** Convolves the columns of every product on its own and makes rows of the products: a group in tiles. */
const convolve = (context: LoweringContext, transformed: readonly string[], {filters, bias, output, dims: [products, tiles, width, taps, units]}: {
	/** One a block of channels. */
	readonly filters: readonly string[];
	readonly bias: string;
	/** What makes rows of products. */
	readonly output: string;
	/** Products, tiles, columns of the transformed input, taps and filled channels of the output. */
	readonly dims: readonly [number, number, number, number, number];
}): string => {
	const {graph, blocks} = context;
	const {size, images} = blocks!;
	let sum = '';
	for (const [index, input] of transformed.entries()) {
		const inputs = [
			view(context, input, [1, products * size, tiles, width * images]),
			view(context, filters[index]!, [products * units, size, 1, taps]),
			index === 0 ? bias : '',
			sum,
		];
		sum = graph.blocked('Conv', inputs, {dilations: [1, images], group: products});
	}

	const pixels = tiles * (width - taps + 1);
	const rows = graph.node('MatMul', [output, view(context, sum, [products, units * pixels * images])]);
	return view(context, rows, [tile * units / size, tiles, width - taps + 1, images * size]);
};

/** A kernel in both directions, one a block of the channels that are read. */
const arrangeKernel = (context: LoweringContext, kernel: string, {kernelSize: [tall, wide]}: Conv2dLayer, {kernel: points, products}: Filtering, {channels, filledChannels, filters, filledFilters}: BlockedChannels) => {
	const {graph, blocks} = context;
	const {node, split} = graph;
	const {size} = blocks!;
	const whole = view(context, pad(context, kernel, [0, 0, 0, 0], [0, 0, filledChannels - channels, filledFilters - filters]), [tall, wide * filledChannels * filledFilters]);
	const dims = [products, wide, filledChannels / size, size, filledFilters / size, size];
	const cut = (blocked: string, parts: number): readonly string[] => split(view(context, blocked, [parts, -1]), parts, 0);
	return {
		forward: cut(permute(context, node('MatMul', [matrix(context, points), whole]), dims, [2, 0, 4, 1, 3, 5]), filledChannels / size),
		/** Turned round, channels and filters exchanged. */
		backward(): readonly string[] {
			const transformed = node('MatMul', [matrix(context, points.map(row => row.toReversed())), whole]);
			const turned = node('Slice', [view(context, transformed, dims), integers(context, [-1]), integers(context, [-wide - 1]), integers(context, [1]), integers(context, [-1])]);
			const inBlocks = permute(context, turned, dims, [4, 0, 2, 1, 3, 5]);
			return cut(graph.blocked('ReorderInput', [view(context, inBlocks, [-1, size, size / 4, 4])]), filledFilters / size);
		},
	};
};

/**
 * A convolution with strides of 1 by Winograd's minimal filtering along its rows: of every tile of four rows of the
 * output, four and a few more products of transformed rows stand for four times as many rows of the kernel. Along the
 * columns, each product is a convolution of its own. The gradients are what the transposed matrices make of the same
 * products.
 */
export const lowerWinogradConv2d = (context: LoweringContext, layer: Conv2dLayer, given: Parameters<LayerLowering<Conv2dLayer>>[2] & {readonly sizes: BlockedChannels}): ReturnType<LayerLowering<Conv2dLayer>> => {
	const {graph} = context;
	const {size, images} = context.blocks!;
	const {sizes} = given;
	const {input: [inputRows], output: [outputRows, outputColumns], kernelSize: [tall, wide], pads, filters} = layer as Conv2dLayer & {readonly input: readonly number[]; readonly output: readonly number[]};
	const {filledChannels, filledFilters} = sizes;
	const [kernelName, biasName] = given.parameters as readonly [string, string?];
	const filtering = minimalFiltering(tile, tall);
	const {products} = filtering;
	const output = matrix(context, filtering.output);
	const kernels = arrangeKernel(context, kernelName, layer, filtering, sizes);
	// One product is added to every row as it is.
	const bias = biasName === undefined ? '' : pad(context, biasName, [pointOfOnes * filledFilters], [(products - pointOfOnes) * filledFilters - filters]);
	const tiles = Math.ceil(outputRows! / tile);
	const width = outputColumns! + wide - 1;
	// Tiles that the layer before left are read as they are.
	const x = toBlocked(context, given.x, {order: 'blocks', tile: given.x.form === 'blocked' ? given.x.tile ?? 1 : 1});
	const transform = inputTransform(context, x, {filtering, rows: outputRows!, before: pads.top, columns: [pads.left, pads.right]});
	const transformed = x.groups.map(group => transform(group));
	const form = {form: 'blocked', order: 'blocks', tile, shape: layer.output} as const;
	const z: BlockedValue = {
		...form,
		groups: transformed.map(group => convolve(context, group, {filters: kernels.forward, bias, output, dims: [products, tiles, width, wide, filledFilters]})),
	};
	const {y, gradient} = activate(context, layer.activation, z);

	/** Columns are convolved with the gradient of the output, images in the place of channels, one block of channels after the other. */
	const correlate = (ofProducts: readonly string[]): string => {
		const count = filledImages(context.blocks!);
		const blocks = Array.from({length: filledChannels / size}, (_, block) => {
			let sum: string | undefined;
			for (const [index, group] of transformed.entries()) {
				const pixels = tiles * outputColumns!;
				const filled = fillImages(context, ofProducts[index]!, products * filledFilters / size * pixels, size);
				const filter = view(context, imagesFirst(context, filled, products * filledFilters / size, pixels, size * size), [products * filledFilters, count, tiles, outputColumns!]);
				const swapped = view(context, exchange(context, group[block]!, products, tiles * width), [1, products * count, tiles, width * size]);
				sum = graph.blocked('Conv', [swapped, filter, ...(sum === undefined ? [] : ['', sum])], {dilations: [1, size], group: products});
			}

			return view(context, sum!, [products, 1, filledFilters / size * wide * size * size]);
		});
		const all = blocks.length === 1 ? blocks[0]! : graph.node('Concat', blocks, {axis: 1});
		const taps = graph.node('MatMul', [matrix(context, transpose(filtering.kernel)), view(context, all, [products, filledChannels * filledFilters * wide])]);
		const canonical = permute(context, taps, [tall, filledChannels / size, filledFilters / size, wide, size, size], [0, 3, 1, 4, 2, 5]);
		return pad(context, view(context, canonical, [tall, wide, filledChannels, filledFilters]), [0, 0, 0, 0], [0, 0, sizes.channels - filledChannels, filters - filledFilters]);
	};

	return {
		y,
		backward(dy) {
			const dz = toBlocked(context, gradient(dy), form);
			const run = filledFilters * tiles * outputColumns! * images;
			const spread = matrix(context, transpose(filtering.output));
			const ofProducts = dz.groups.map(group => graph.node('MatMul', [spread, view(context, group, [tile, run])]));
			const sums = (): readonly string[] => ofProducts.map(group => graph.node('Slice', [group, integers(context, [pointOfOnes]), integers(context, [pointOfOnes + 1]), integers(context, [0])]));
			const inputGradient = (): BlockedValue => {
				const filters = kernels.backward();
				const around: Padding = [wide - 1 - pads.left, wide - 1 - pads.right];
				const transformBack = inputTransform(context, dz, {filtering, rows: inputRows!, before: tall - 1 - pads.top, columns: around});
				const dims = [products, Math.ceil(inputRows! / tile), outputColumns! + around[0] + around[1], wide, filledChannels] as const;
				const tiled: BlockedValue = {
					...x, tile, isGated: false,
					groups: dz.groups.map(group => convolve(context, transformBack(group), {filters, bias: '', output, dims})),
				};
				// Windows reach rows of the last tile that are none of the input's.
				return inputRows! % tile === 0 ? tiled : toBlocked(context, tiled, {order: 'blocks'});
			};

			return {
				dx: given.needsInput ? inputGradient() : undefined,
				parameters: [correlate(ofProducts), ...(biasName === undefined ? [] : [biasGradient(context, sums(), filters)])],
			};
		},
	};
};
