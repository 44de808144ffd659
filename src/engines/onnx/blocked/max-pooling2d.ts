import type {Pooling2dLayer} from '../../../model/layer.ts';
import type {LayerLowering} from '../family.ts';
import {gatedEarly} from '../lowerings/activation.ts';
import {isAtLeast} from '../lowerings/gates.ts';
import {lowerMaxPooling2d} from '../lowerings/pooling2d.ts';
import {groupDims, imageShape, pad, toBlocked, view, type BlockedValue, type LoweringContext} from '../value.ts';

/** A maximum over parts of equal size, and the gradient that goes to the first largest of them. */
interface Maximum {
	readonly y: string;
	/** One gradient a part. */
	readonly gradient: (dy: string) => readonly string[];
}

const maximumOf = ({graph}: LoweringContext, [first, ...others]: readonly string[]): Maximum => {
	const {node} = graph;
	let y = first!;
	const steps = others.map(other => {
		const before = y;
		y = node('Max', [before, other]);
		return {before, other};
	});
	return {
		y,
		gradient(dy) {
			let rest = dy;
			const shares: string[] = [];
			for (const {before, other} of steps.toReversed()) {
				const earlier = node('Mul', [rest, isAtLeast(graph, before, other)]);
				shares.unshift(node('Sub', [rest, earlier]));
				rest = earlier;
			}

			return [rest, ...shares];
		},
	};
};

/** Whether windows lie side by side and none is padded. */
const isTiling = ({poolSize, strides, pads}: Pooling2dLayer): boolean =>
	poolSize[0] === strides[0] && poolSize[1] === strides[1] && Object.values(pads).every(count => count === 0);

/** A maximum over columns, then over rows, of windows side by side: each is one of whole runs of memory. */
export const lowerBlockedMaxPooling2d: LayerLowering<Pooling2dLayer> = (context, layer, given) => {
	const {graph} = context;
	if (given.x.form !== 'blocked' || !isTiling(layer)) {
		return lowerMaxPooling2d(context, layer, given);
	}

	const x = toBlocked(context, given.x, given.x.order);
	const [rows, columns] = imageShape(layer.output);
	const [tall, wide] = layer.poolSize;
	const [lead, height, width, run] = groupDims(context, x);
	const windows = x.groups.map(group => {
		// Rows and columns at the end that no window reaches.
		const reached = pad(context, group, [0, 0, 0, 0], [0, tall * rows - height, wide * columns - width, 0]);
		const byColumn = maximumOf(context, graph.split(view(context, reached, [lead * rows * tall * columns, wide, run]), wide, 1));
		const byRow = maximumOf(context, graph.split(view(context, byColumn.y, [lead * rows, tall, columns * run]), tall, 1));
		return {byColumn, byRow};
	});
	const y: BlockedValue = {...x, shape: layer.output, groups: windows.map(({byRow}) => view(context, byRow.y, [lead, rows, columns, run]))};
	return {
		y,
		backward(dy) {
			if (!given.needsInput) {
				return {dx: undefined, parameters: []};
			}

			const isGated = given.x.isRectified === true;
			const gradient = toBlocked(context, dy, x.order);
			const {groups} = isGated ? gatedEarly(context, y, gradient) : gradient;
			return {
				dx: {
					...x,
					isGated,
					groups: windows.map(({byColumn, byRow}, index) => {
						const inRows = byRow.gradient(view(context, groups[index]!, [lead * rows, 1, columns * run]));
						const tallGradient = graph.node('Concat', inRows, {axis: 1});
						const inColumns = byColumn.gradient(view(context, tallGradient, [lead * rows * tall * columns, 1, run]));
						const spread = view(context, graph.node('Concat', inColumns, {axis: 1}), [lead, tall * rows, wide * columns, run]);
						return pad(context, spread, [0, 0, 0, 0], [0, height - tall * rows, width - wide * columns, 0]);
					}),
				},
				parameters: [],
			};
		},
	};
};
