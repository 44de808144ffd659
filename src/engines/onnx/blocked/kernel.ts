import {integers, pad, view} from '../nodes.ts';
import type {LoweringContext} from '../value.ts';
import type {Geometry, Phase} from './geometry.ts';

/** Channels of a convolution on blocks, filling included. */
export interface BlockedChannels {
	readonly order: 'planes' | 'blocks';
	/** Of the model, and as the convolution sees them. */
	readonly channels: number;
	readonly filledChannels: number;
	readonly filters: number;
	readonly filledFilters: number;
}

/** The taps of one phase between their canonical form, [rows, columns, channels, filters], and those of blocked convolutions. */
export interface BlockedKernel {
	/** What a convolution of blocks or planes reads. */
	readonly forward: string;
	/** What the convolution of the gradient of the output reads: turned round, channels and filters exchanged. */
	readonly backward: () => string;
	/** The canonical gradient from [blocks of channels, blocks of filters, taps, channels, filters] or, of planes, without the fourth. */
	readonly gradientOf: (correlated: string) => string;
}

/** The taps of a phase, [rows, columns, channels, filters]. */
const tapsOf = (context: LoweringContext, kernel: string, {rows, columns}: Geometry, phase: Phase): string =>
	(rows.stride === 1 && columns.stride === 1
		? kernel
		: context.graph.node('Slice', [
			kernel,
			integers(context, [phase.rows.offset, phase.columns.offset]),
			integers(context, [rows.kernel, columns.kernel]),
			integers(context, [0, 1]),
			integers(context, [rows.stride, columns.stride]),
		]));

/** Rearranges the taps of one phase of a canonical kernel. */
export const arrangeKernel = (context: LoweringContext, kernel: string, {geometry, phase, order, channels, filledChannels: seen, filters, filledFilters: filled}: BlockedChannels & {
	readonly geometry: Geometry;
	readonly phase: Phase;
}): BlockedKernel => {
	const {graph: {node}} = context;
	const {size} = context.blocks!;
	const [tall, wide] = [phase.rows.taps, phase.columns.taps];
	const taps = tall * wide;
	const transpose = (name: string, dims: readonly number[], perm: readonly number[]): string => node('Transpose', [view(context, name, dims)], {perm});
	const whole = pad(context, tapsOf(context, kernel, geometry, phase), [0, 0, 0, 0], [0, 0, seen - channels, filled - filters]);
	const bySeen = transpose(whole, [taps, seen, filled], [1, 0, 2]);
	const blocksOf = (count: number): number => count / size;
	return {
		forward: order === 'planes'
			? transpose(bySeen, [seen, taps, blocksOf(filled), size], [2, 0, 1, 3])
			: transpose(bySeen, [blocksOf(seen), size, taps, blocksOf(filled), size], [3, 0, 2, 1, 4]),
		backward() {
			const turned = node('Slice', [
				view(context, bySeen, [seen, tall, wide, filled]),
				integers(context, [-1, -1]),
				integers(context, [-tall - 1, -wide - 1]),
				integers(context, [1, 2]),
				integers(context, [-1, -1]),
			]);
			return transpose(turned, [blocksOf(seen), size, taps, blocksOf(filled), size], [0, 3, 2, 4, 1]);
		},
		gradientOf(correlated) {
			const canonical = order === 'planes'
				? transpose(correlated, [seen, blocksOf(filled), taps, size], [2, 0, 1, 3])
				: transpose(correlated, [blocksOf(seen), blocksOf(filled), taps, size, size], [2, 0, 3, 1, 4]);
			return pad(context, view(context, canonical, [tall, wide, seen, filled]), [0, 0, 0, 0], [0, 0, channels - seen, filters - filled]);
		},
	};
};

/** The gradient of a canonical kernel from those of the taps of its phases. */
export const joinTaps = (context: LoweringContext, gradients: readonly string[], {rows, columns, phases}: Geometry, {channels, filters}: Pick<BlockedChannels, 'channels' | 'filters'>): string => {
	if (rows.stride === 1 && columns.stride === 1) {
		return gradients[0]!;
	}

	const {node} = context.graph;
	const [tall, wide] = [Math.ceil(rows.kernel / rows.stride), Math.ceil(columns.kernel / columns.stride)];
	const offsets = [Math.min(rows.stride, rows.kernel), Math.min(columns.stride, columns.kernel)] as const;
	const equal = gradients.map((gradient, index) => {
		const phase = phases[index]!;
		return pad(context, gradient, [0, 0, 0, 0], [tall - phase.rows.taps, wide - phase.columns.taps, 0, 0]);
	});
	const joined = node('Transpose', [
		view(context, node('Concat', equal, {axis: 0}), [...offsets, tall, wide, channels, filters]),
	], {perm: [2, 0, 3, 1, 4, 5]});
	return pad(context, view(context, joined, [tall * offsets[0], wide * offsets[1], channels, filters]), [0, 0, 0, 0], [rows.kernel - tall * offsets[0], columns.kernel - wide * offsets[1], 0, 0]);
};
