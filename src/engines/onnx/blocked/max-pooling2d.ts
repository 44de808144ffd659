import type {Pooling2dLayer} from '../../../model/layer.ts';
import type {LayerLowering} from '../family.ts';
import {gatedEarly} from '../lowerings/activation.ts';
import {isAtLeast} from '../lowerings/gates.ts';
import {lowerMaxPooling2d} from '../lowerings/pooling2d.ts';
import {toBlocked} from '../forms.ts';
import {pad, view} from '../nodes.ts';
import {groupDims, imageShape, type BlockedValue, type Layout, type LoweringContext} from '../value.ts';

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

	const [rows, columns] = imageShape(layer.output);
	const [tall, wide] = layer.poolSize;
	// Where whole windows fit into a tile, their rows lie apart already and leave tiles of as many rows as windows.
	const {order, tile: givenTile = 1, columns: apart = 1} = given.x;
	const inTiles = givenTile > 1 && givenTile % tall === 0 && Math.ceil(rows * tall / givenTile) === Math.ceil(imageShape(layer.input)[0] / givenTile);
	const tile = inTiles ? givenTile : 1;
	const parts = apart === wide ? wide : 1;
	const x = toBlocked(context, given.x, {order, tile, columns: parts});
	const layout: Layout = {order, tile: inTiles ? tile / tall : 1};
	const {output: shape} = layer;
	const [lead, height, width, run] = groupDims(context, x);
	const dims = groupDims(context, {...layout, shape});
	// Rows that windows reach: of a tile they may be more than there are.
	const reached = inTiles ? height : tall * rows;
	/** The rows of windows, [before, tall, after]. */
	const windowRows = inTiles ? [tile / tall, tall, lead / tile * height * columns * run] : [lead * rows, tall, columns * run];
	const windows = Array.from({length: x.groups.length / parts}, (_, index) => {
		const pieces = x.groups.slice(index * parts, (index + 1) * parts);
		// Rows and columns at the end that no window reaches.
		const seen = pieces.map(piece => pad(context, piece, [0, 0, 0, 0], [0, reached - height, wide / parts * columns - width, 0]));
		const byColumn = maximumOf(context, parts === 1 ? graph.split(view(context, seen[0]!, [lead * reached * columns, wide, run]), wide, 1) : seen.map(piece => view(context, piece, [lead * reached * columns, 1, run])));
		const byRow = maximumOf(context, graph.split(view(context, byColumn.y, windowRows), tall, 1));
		return {byColumn, byRow};
	});
	const y: BlockedValue = {...x, ...layout, columns: 1, shape, groups: windows.map(({byRow}) => view(context, byRow.y, dims))};
	return {
		y,
		backward(dy) {
			if (!given.needsInput) {
				return {dx: undefined, parameters: []};
			}

			const isGated = given.x.isRectified === true;
			const gradient = toBlocked(context, dy, layout);
			const {groups} = isGated ? gatedEarly(context, y, gradient) : gradient;
			return {
				dx: {
					...x,
					isGated,
					groups: windows.flatMap(({byColumn, byRow}, index) => {
						const inRows = byRow.gradient(view(context, groups[index]!, windowRows.with(1, 1)));
						const tallGradient = graph.node('Concat', inRows, {axis: 1});
						const inColumns = byColumn.gradient(view(context, tallGradient, [lead * reached * columns, 1, run]));
						const pieces = parts === 1 ? [graph.node('Concat', inColumns, {axis: 1})] : inColumns;
						return pieces.map(piece => pad(
							context,
							view(context, piece, [lead, reached, wide / parts * columns, run]),
							[0, 0, 0, 0],
							[0, height - reached, width - wide / parts * columns, 0],
						));
					}),
				},
				parameters: [],
			};
		},
	};
};
