import type {Conv2dLayer} from '../../../model/layer.ts';
import {integers, pad, view} from '../nodes.ts';
import {groupDims, type BlockedValue, type LoweringContext} from '../value.ts';

/** One axis of a convolution. */
interface Axis {
	readonly stride: number;
	readonly kernel: number;
	readonly input: number;
	readonly output: number;
	/** Zeros before the input, and after it as far as a window reaches. */
	readonly before: number;
	readonly after: number;
	/** Pixels that the windows see of every stride-th pixel, at most. */
	readonly cells: number;
}

/** Every stride-th tap along an axis, and every stride-th pixel that it sees: there the windows move by 1. */
export interface PhaseAxis {
	readonly offset: number;
	readonly taps: number;
	/** Pixels that these taps see. */
	readonly cells: number;
}

/** The taps whose windows move by 1 among the same pixels; a convolution is the sum of those of its phases. */
export interface Phase {
	readonly rows: PhaseAxis;
	readonly columns: PhaseAxis;
}

/** A convolution as a sum of ones with strides of 1. */
export interface Geometry {
	readonly rows: Axis;
	readonly columns: Axis;
	readonly phases: readonly Phase[];
	/** Padding of the rows that is left to the convolution itself. */
	readonly rowPads: readonly [number, number];
}

const axisOf = ({input, output, strides, kernelSize, pads}: Conv2dLayer, axis: 0 | 1): Axis => {
	const stride = strides[axis];
	const kernel = kernelSize[axis];
	const before = axis === 0 ? pads.top : pads.left;
	const reach = (output[axis]! - 1) * stride + kernel;
	return {stride, kernel, input: input[axis]!, output: output[axis]!, before, after: Math.max(0, reach - input[axis]! - before), cells: output[axis]! - 1 + Math.ceil(kernel / stride)};
};

const phasesOf = ({stride, kernel, output}: Axis): readonly PhaseAxis[] =>
	Array.from({length: Math.min(stride, kernel)}, (_, offset) => {
		const taps = Math.ceil((kernel - offset) / stride);
		return {offset, taps, cells: output - 1 + taps};
	});

/** Takes the strides out of a convolution. */
export const geometryOf = (layer: Conv2dLayer): Geometry => {
	const rows = axisOf(layer, 0);
	const columns = axisOf(layer, 1);
	const phases = phasesOf(rows).flatMap(row => phasesOf(columns).map(column => ({rows: row, columns: column})));
	// The convolution pads rows at no cost; those of a phase have to be picked out of the padded ones.
	return {rows, columns, phases, rowPads: isDense(layer) ? [rows.before, rows.after] : [0, 0]};
};

const isDense = ({strides}: Pick<Conv2dLayer, 'strides'>): boolean => strides[0] === 1 && strides[1] === 1;

/** A group as the windows of each phase see it: [lead, rows, columns, run], padded but for `rowPads`. */
export const gatherPhases = (context: LoweringContext, group: string, {rows, columns, phases, rowPads: [top, bottom]}: Geometry): readonly string[] => {
	const padded = pad(context, group, [0, rows.before - top, columns.before, 0], [0, rows.after - bottom, columns.after, 0]);
	if (rows.stride === 1 && columns.stride === 1) {
		// A window that ends before the image does leaves pixels that a convolution would go on to.
		return [pad(context, padded, [0, 0, 0, 0], [0, rows.cells - (rows.before + rows.input + rows.after), columns.cells - (columns.before + columns.input + columns.after), 0])];
	}

	return phases.map(phase => context.graph.node('Slice', [
		padded,
		integers(context, [phase.rows.offset, phase.columns.offset]),
		integers(context, [phase.rows.offset + (phase.rows.cells - 1) * rows.stride + 1, phase.columns.offset + (phase.columns.cells - 1) * columns.stride + 1]),
		integers(context, [1, 2]),
		integers(context, [rows.stride, columns.stride]),
	]));
};

/** The gradient of a group from those of its phases, [lead, rows, columns, run] each. */
export const scatterPhases = (context: LoweringContext, x: BlockedValue, gradients: readonly string[], {rows, columns, phases}: Geometry): string => {
	if (rows.stride === 1 && columns.stride === 1) {
		return gradients[0]!;
	}

	const {0: lead, 3: run} = groupDims(context, x);
	const whole = new Map(phases.map((phase, index) => [
		`${phase.rows.offset} ${phase.columns.offset}`,
		pad(context, gradients[index]!, [0, 0, 0, 0], [0, rows.cells - phase.rows.cells, columns.cells - phase.columns.cells, 0]),
	]));
	// Pixels that no tap sees have a gradient of 0.
	const nothing = (): string => context.graph.constant(new Float32Array(lead * rows.cells * columns.cells * run), 'float32', [lead, rows.cells, columns.cells, run]);
	const all = Array.from({length: rows.stride * columns.stride}, (_, index) =>
		whole.get(`${Math.floor(index / columns.stride)} ${index % columns.stride}`) ?? nothing());
	const spread = context.graph.node('Transpose', [
		view(context, context.graph.node('Concat', all, {axis: 0}), [rows.stride, columns.stride, lead, rows.cells, columns.cells, run]),
	], {perm: [2, 3, 0, 4, 1, 5]});
	const excess = ({stride, cells, input, before}: Axis): number => cells * stride - input - before;
	return pad(
		context,
		view(context, spread, [lead, rows.cells * rows.stride, columns.cells * columns.stride, run]),
		[0, -rows.before, -columns.before, 0],
		[0, -excess(rows), -excess(columns), 0],
	);
};
