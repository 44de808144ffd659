import {integers, pad, permute, view} from '../nodes.ts';
import type {Blocks, LoweringContext} from '../value.ts';

/** Images of a group, filled up to whole blocks. */
export const filledImages = ({size, images}: Blocks): number => Math.ceil(images / size) * size;

/** Adds images of zeros to [lead, images, block] until they are whole blocks. */
export const fillImages = (context: LoweringContext, name: string, lead: number, run: number): string => {
	const {images} = context.blocks!;
	return pad(context, view(context, name, [lead, images, run]), [0, 0, 0], [0, filledImages(context.blocks!) - images, 0]);
};

/** [lead, pixels, blocks of images, …rest] as [lead, blocks of images, pixels, …rest]. */
export const imagesFirst = (context: LoweringContext, name: string, lead: number, pixels: number, rest: number): string => {
	const blocks = filledImages(context.blocks!) / context.blocks!.size;
	return permute(context, name, [lead, pixels, blocks, rest], [0, 2, 1, 3]);
};

/** Pixels of blocks of channels, [lead, pixels, images, channels], with images in the place of channels: [lead, blocks of images, pixels, channels, images]. */
export const exchange = (context: LoweringContext, name: string, lead: number, pixels: number): string => {
	const {size} = context.blocks!;
	const filled = fillImages(context, name, lead * pixels, size);
	// The runtime's reordering, whose images are channels and whose channels are pixels.
	const swapped = context.graph.blocked('ReorderInput', [view(context, filled, [lead * pixels, filledImages(context.blocks!), size / 4, 4])]);
	return imagesFirst(context, swapped, lead, pixels, size * size);
};

/** The gradient of a bias, [filters], from groups of [blocks of filters, …pixels, block] that add up to that of the output. */
export const biasGradient = (context: LoweringContext, groups: readonly string[], filters: number): string => {
	const {graph: {node}, blocks} = context;
	const {size} = blocks!;
	const filled = Math.ceil(filters / size);
	const parts = groups.map(group => node('ReduceSum', [view(context, group, [filled, -1, size]), integers(context, [1])], {keepdims: 0}));
	const sum = parts.length === 1 ? parts[0]! : node('Sum', parts);
	return pad(context, view(context, sum, [filled * size]), [0], [filters - filled * size]);
};
