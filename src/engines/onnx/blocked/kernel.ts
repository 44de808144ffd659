import {integers, pad, view, type LoweringContext} from '../value.ts';
import type {Geometry} from './geometry.ts';

/** A kernel between its canonical form, [rows, columns, channels, filters], and those of blocked convolutions. */
export interface BlockedKernel {
	/** Channels that the windows see, phases and filling included. */
	readonly channels: number;
	/** Filters, filling included. */
	readonly filters: number;
	/** What a convolution of blocks or planes reads. */
	readonly forward: string;
	/** What the convolution of the gradient of the output reads: turned round, channels and filters exchanged. */
	readonly backward: () => string;
	/** The canonical gradient from [blocks of channels, blocks of filters, taps, channels, filters] or, of planes, without the fourth. */
	readonly gradientOf: (correlated: string) => string;
}

/** Rearranges a canonical kernel. `perPhase` is the number of channels of one phase, filling included. */
export const arrangeKernel = (context: LoweringContext, kernel: string, {geometry, order, channels, perPhase, filters}: {
	readonly geometry: Geometry;
	readonly order: 'blocks' | 'planes';
	readonly channels: number;
	readonly perPhase: number;
	readonly filters: number;
}): BlockedKernel => {
	const {graph: {node}, block} = context;
	const size = block!;
	const {rows, columns, phases} = geometry;
	const taps = rows.taps * columns.taps;
	const filled = Math.ceil(filters / size) * size;
	const seen = phases * perPhase;
	const transpose = (name: string, dims: readonly number[], perm: readonly number[]): string => node('Transpose', [view(context, name, dims)], {perm});
	// As [channels seen, taps, filters].
	const whole = pad(
		context, view(context, kernel, [rows.kernel, columns.kernel, channels, filters]), [0, 0, 0, 0], [rows.taps * rows.stride - rows.kernel, columns.taps * columns.stride - columns.kernel, perPhase - channels, filled - filters],
	);
	const split = [rows.taps, rows.stride, columns.taps, columns.stride, perPhase, filled];
	const bySeen = transpose(whole, split, [1, 3, 4, 0, 2, 5]);
	const blocksOf = (count: number): number => count / size;
	return {
		channels: seen,
		filters: filled,
		forward: order === 'planes'
			? transpose(bySeen, [seen, taps, blocksOf(filled), size], [2, 0, 1, 3])
			: transpose(bySeen, [blocksOf(seen), size, taps, blocksOf(filled), size], [3, 0, 2, 1, 4]),
		backward() {
			const turned = node('Slice', [
				view(context, bySeen, [seen, rows.taps, columns.taps, filled]),
				integers(context, [-1, -1]),
				integers(context, [-rows.taps - 1, -columns.taps - 1]),
				integers(context, [1, 2]),
				integers(context, [-1, -1]),
			]);
			return transpose(turned, [blocksOf(seen), size, taps, blocksOf(filled), size], [0, 3, 2, 4, 1]);
		},
		gradientOf(correlated) {
			const bySeenAgain = order === 'planes'
				? transpose(correlated, [seen, blocksOf(filled), taps, size], [0, 2, 1, 3])
				: transpose(correlated, [blocksOf(seen), blocksOf(filled), taps, size, size], [0, 3, 2, 1, 4]);
			const canonical = transpose(bySeenAgain, [rows.stride, columns.stride, perPhase, rows.taps, columns.taps, filled], [3, 0, 4, 1, 2, 5]);
			return pad(
				context, view(context, canonical, [rows.taps * rows.stride, columns.taps * columns.stride, perPhase, filled]), [0, 0, 0, 0], [rows.kernel - rows.taps * rows.stride, columns.kernel - columns.taps * columns.stride, channels - perPhase, filters - filled],
			);
		},
	};
};
