import type {Conv2dLayer} from '../../../model/layer.ts';
import {groupDims, pad, view, type BlockedValue, type LoweringContext} from '../value.ts';

/** One axis of a convolution, strides taken out: every stride-th pixel becomes a channel, and the windows move by 1. */
interface Axis {
	readonly stride: number;
	/** Of the kernel as it is, and as windows that move by 1 see it. */
	readonly kernel: number;
	readonly taps: number;
	readonly input: number;
	readonly output: number;
	/** Zeros before and after the input (negative: pixels that no window reaches) that make it `cells` times the stride. */
	readonly before: number;
	readonly after: number;
	readonly cells: number;
}

/** A convolution as one with strides of 1. */
export interface Geometry {
	readonly rows: Axis;
	readonly columns: Axis;
	/** Pixels of the input that are one pixel with as many times the channels. */
	readonly phases: number;
	/** Padding of the rows that is left to the convolution itself. */
	readonly rowPads: readonly [number, number];
}

const axisOf = ({input, output, strides, kernelSize, pads}: Conv2dLayer, axis: 0 | 1): Axis => {
	const stride = strides[axis];
	const kernel = kernelSize[axis];
	const taps = Math.ceil(kernel / stride);
	const cells = output[axis]! - 1 + taps;
	const before = axis === 0 ? pads.top : pads.left;
	return {stride, kernel, taps, input: input[axis]!, output: output[axis]!, before, after: cells * stride - input[axis]! - before, cells};
};

/** Takes the strides out of a convolution. */
export const geometryOf = (layer: Conv2dLayer): Geometry => {
	const rows = axisOf(layer, 0);
	const columns = axisOf(layer, 1);
	const phases = rows.stride * columns.stride;
	// The convolution pads rows at no cost; with strides the rows are rearranged and have to be there.
	return {rows, columns, phases, rowPads: phases === 1 ? [rows.before, rows.after] : [0, 0]};
};

/** A group as the windows see it: [phases · lead, rows, columns, run], padded but for `rowPads`. */
export const gatherCells = (context: LoweringContext, x: BlockedValue, group: string, {rows, columns, phases, rowPads: [top, bottom]}: Geometry): string => {
	const {0: lead, 3: run} = groupDims(context, x);
	const padded = pad(
		context,
		group,
		[0, rows.before - top, columns.before, 0],
		[0, rows.after - bottom, columns.after, 0],
	);
	return phases === 1
		? padded
		: context.graph.node('Transpose', [
			view(context, padded, [lead, rows.cells, rows.stride, columns.cells, columns.stride, run]),
		], {perm: [2, 4, 0, 1, 3, 5]});
};

/** The gradient of a group from that of its cells, [phases · lead, rows, columns, run] as `cellGradient` leaves it. */
export const scatterCells = (context: LoweringContext, x: BlockedValue, cells: string, {rows, columns, phases}: Geometry): string => {
	if (phases === 1) {
		return cells;
	}

	const {0: lead, 3: run} = groupDims(context, x);
	const spread = context.graph.node('Transpose', [
		view(context, cells, [rows.stride, columns.stride, lead, rows.cells, columns.cells, run]),
	], {perm: [2, 3, 0, 4, 1, 5]});
	return pad(
		context,
		view(context, spread, [lead, rows.cells * rows.stride, columns.cells * columns.stride, run]),
		[0, -rows.before, -columns.before, 0],
		[0, -rows.after, -columns.after, 0],
	);
};
