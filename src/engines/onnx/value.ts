import {sizeOf, type Shape} from '../../tensor/shape.ts';
import type {GraphBuilder} from './graph-builder.ts';
import type {PreludeBuilder} from './prelude.ts';

/** What a layer knows of a value that another made. */
interface Known {
	/** It comes out of a rectifier: nothing is negative. */
	readonly isRectified?: boolean;
	/** A gradient that is 0 already where the rectifier's output is. */
	readonly isGated?: boolean;
}

/**
 * A value of the graph for a batch of rows, in one piece.
 *
 * `flat` lies as Keras has it, [rows, …shape]. `image` is a [height, width, channels] shape that lies as the
 * convolutions of ONNX want it, [rows, channels, height, width].
 */
export interface WholeValue extends Known {
	readonly name: string;
	readonly form: 'flat' | 'image';
	/** Of one row, in Keras's order. */
	readonly shape: Shape;
}

/**
 * How a group of images lies.
 *
 * One of `blocks` is [rows of a tile, blocks of channels, tiles, width, images · block], one of `planes` is [channels,
 * height, width, images]. With tiles of more than one row, all first rows of a tile lie together, then all second ones.
 */
export interface Layout {
	readonly order: 'blocks' | 'planes';
	/** Rows of a tile; planes have no tiles. @default 1: rows lie in their order */
	readonly tile?: number;
	/** Columns of a tile: every such column of all tiles is a group of its own, one after the other. @default 1 */
	readonly columns?: number;
}

/**
 * A [height, width, channels] shape in groups of images that lie side by side, pixel by pixel.
 *
 * Images, channels and rows that fill up the last group, block and tile hold anything finite; their gradients are 0.
 */
export interface BlockedValue extends Known, Layout {
	readonly form: 'blocked';
	readonly groups: readonly string[];
	/** Of one row, in Keras's order, without what fills up. */
	readonly shape: Shape;
}

export type Value = WholeValue | BlockedValue;

/** What a lowering builds with. */
export interface LoweringContext {
	readonly graph: GraphBuilder;
	readonly rows: number;
	/** Of blocked values. @default none: no value is blocked */
	readonly blocks?: Blocks | undefined;
	/** @default none: a step is one pass */
	readonly prelude?: PreludeBuilder | undefined;
}

/** How blocked values lie. */
export interface Blocks {
	/** Channels of a block. */
	readonly size: number;
	/** Images of a group. */
	readonly images: number;
}

/** A list as a constant. */
export const integers = ({graph}: LoweringContext, values: readonly number[]): string => graph.constant(values, 'int64', [values.length]);

/** Reinterprets a value of the graph as it lies. */
export const view = ({graph}: LoweringContext, name: string, dims: readonly number[]): string => graph.view(name, dims);

/** Height, width and channels. */
export const imageShape = (shape: Shape): readonly [number, number, number] => shape as readonly [number, number, number];

/** Dimensions of a group: its leading ones in one, height, width, and what lies at a pixel. */
export const groupDims = ({blocks}: LoweringContext, {order, tile = 1, columns = 1, shape}: Layout & {readonly shape: Shape}): readonly [number, number, number, number] => {
	const {size, images} = blocks!;
	const [height, wide, channels] = imageShape(shape);
	const width = wide / columns;
	return order === 'planes' ? [channels, height, width, images] : [tile * Math.ceil(channels / size), Math.ceil(height / tile), width, images * size];
};

/** Permutes the axes of a value, of which the runtime is spared those of length 1. */
export const permute = (context: LoweringContext, name: string, dims: readonly number[], order: readonly number[]): string => {
	const kept = [...dims.keys()].filter(axis => dims[axis] !== 1);
	const perm = order.filter(axis => dims[axis] !== 1).map(axis => kept.indexOf(axis));
	return perm.every((axis, index) => axis === index)
		? name
		: context.graph.node('Transpose', [view(context, name, kept.map(axis => dims[axis]!))], {perm});
};

/** Exchanges the first and the last of three axes, in two steps: each is a transposition of matrices, which the runtime has a quick way for. */
const swapEnds = (context: LoweringContext, name: string, [first, middle, last]: readonly [number, number, number]): string =>
	permute(context, permute(context, name, [first * middle, last], [1, 0]), [last, first, middle], [0, 2, 1]);

/** Adds zeros before and after each axis, or takes away where the number is negative. */
export const pad = (context: LoweringContext, name: string, before: readonly number[], after: readonly number[]): string =>
	([...before, ...after].every(count => count === 0) ? name : context.graph.node('Pad', [name, integers(context, [...before, ...after])]));

/** Reinterprets rows of a flat value. */
export const reshape = (context: LoweringContext, name: string, shape: Shape): string => view(context, name, [context.rows, ...shape]);

const isPlane = (shape: Shape): boolean => shape[2] === 1;

/** The value with its columns in their order. */
const joinColumns = (context: LoweringContext, value: BlockedValue): BlockedValue => {
	const {columns = 1, groups} = value;
	const [lead, height, width, run] = groupDims(context, value);
	const joined = {...value, columns: 1};
	if (columns === 1) {
		return value;
	}

	return {
		...joined,
		groups: Array.from({length: groups.length / columns}, (_, index) => {
			const parts = groups.slice(index * columns, (index + 1) * columns).map(part => view(context, part, [lead * height * width, 1, run]));
			return view(context, context.graph.node('Concat', parts, {axis: 1}), groupDims(context, joined));
		}),
	};
};

/** The value with its columns apart. */
const partColumns = (context: LoweringContext, value: BlockedValue, columns: number): BlockedValue => {
	const parted = {...value, columns};
	const [lead, height, width, run] = groupDims(context, parted);
	if (columns === 1) {
		return value;
	}

	return {
		...parted,
		groups: value.groups.flatMap(group => context.graph.split(view(context, group, [lead * height * width, columns, run]), columns, 1).map(part => view(context, part, [lead, height, width, run]))),
	};
};

/** Puts grouped images into Keras's order, and leaves out what fills up. */
const ungroup = (context: LoweringContext, value: BlockedValue): string => {
	const {graph: {node}, rows} = context;
	const {size, images} = context.blocks!;
	const {groups, order, tile = 1, shape} = value;
	const [height, width, channels] = imageShape(shape);
	const [lead, tiles] = groupDims(context, value);
	const blocks = lead / tile;
	const padded = order === 'planes' ? channels : blocks * size;
	const parts = groups.map(group => (order === 'planes'
		? view(context, swapEnds(context, group, [channels, height * width, images]), [images, height, width, channels])
		: view(context, permute(context, group, [tile, blocks, tiles, width, images, size], [4, 2, 0, 3, 1, 5]), [images, tiles * tile, width, padded])));
	const all = parts.length === 1 ? parts[0]! : node('Concat', parts, {axis: 0});
	return pad(context, all, [0, 0, 0, 0], [rows - groups.length * images, order === 'planes' ? 0 : height - tiles * tile, 0, channels - padded]);
};

/** The value in Keras's order. */
export const toFlat = (context: LoweringContext, value: Value): WholeValue => {
	const {form, shape} = value;
	switch (form) {
		case 'flat': {
			return value;
		}

		case 'blocked': {
			return {form: 'flat', shape, name: ungroup(context, joinColumns(context, value))};
		}

		case 'image': {
			// A single channel needs no reordering.
			return {form: 'flat', shape, name: isPlane(shape) ? reshape(context, value.name, shape) : context.graph.node('Transpose', [value.name], {perm: [0, 2, 3, 1]})};
		}

		default: {
			return form satisfies never;
		}
	}
};

/** The value of a [height, width, channels] shape in the order of convolutions. */
export const toImage = (context: LoweringContext, value: Value): WholeValue => {
	if (value.form === 'image') {
		return value;
	}

	const {name, shape} = toFlat(context, value);
	const [height, width, channels] = imageShape(shape);
	return {
		form: 'image',
		shape,
		name: isPlane(shape) ? reshape(context, name, [channels, height, width]) : context.graph.node('Transpose', [name], {perm: [0, 3, 1, 2]}),
	};
};

/** A group with tiles of other rows. */
const retile = (context: LoweringContext, group: string, shape: Shape, from: number, to: number): string => {
	const [height] = imageShape(shape);
	const dimsOf = (tile: number) => groupDims(context, {order: 'blocks', tile, shape});
	const [lead, fromTiles, width, run] = dimsOf(from);
	const toTiles = dimsOf(to)[1];
	const blocks = lead / from;
	const inRows = permute(context, group, [from, blocks, fromTiles, width * run], [1, 2, 0, 3]);
	const filled = pad(context, view(context, inRows, [blocks, fromTiles * from, width * run]), [0, 0, 0], [0, toTiles * to - fromTiles * from, 0]);
	return view(context, permute(context, filled, [blocks, toTiles, to, width * run], [2, 0, 1, 3]), dimsOf(to));
};

/** The value of a [height, width, channels] shape in groups of images. */
export const toBlocked = (context: LoweringContext, value: Value, layout: Layout): BlockedValue => {
	const {order, tile = 1, columns = 1} = layout;
	if (value.form === 'blocked' && value.order === order) {
		const {tile: given = 1, columns: apart = 1, shape} = value;
		if (given === tile && apart === columns) {
			return value;
		}

		const {groups, ...whole} = joinColumns(context, value);
		return partColumns(context, {...whole, tile, groups: groups.map(group => (given === tile ? group : retile(context, group, shape, given, tile)))}, columns);
	}

	const {graph: {split}, rows} = context;
	const {size, images} = context.blocks!;
	const {name, shape} = toFlat(context, value);
	const [height, width, channels] = imageShape(shape);
	const count = Math.ceil(rows / images);
	const [lead, tiles] = groupDims(context, {order, tile, shape});
	const blocks = lead / tile;
	const [filledRows, filledChannels] = order === 'planes' ? [height, channels] : [tiles * tile, blocks * size];
	const filled = pad(context, reshape(context, name, shape), [0, 0, 0, 0], [count * images - rows, filledRows - height, 0, filledChannels - channels]);
	return partColumns(context, {
		form: 'blocked',
		order,
		tile,
		shape,
		groups: split(filled, count, 0).map(group => (order === 'planes'
			? view(context, swapEnds(context, group, [images, height * width, channels]), groupDims(context, {order, shape}))
			: view(context, permute(context, group, [images, tiles, tile, width, blocks, size], [2, 4, 1, 3, 0, 5]), groupDims(context, {order, tile, shape})))),
	}, columns);
};

/** The value in the form of another. */
export const inFormOf = <V extends Value>(context: LoweringContext, value: Value, like: V): V => {
	if (like.form === 'blocked') {
		return toBlocked(context, value, like) as V;
	}

	return (like.form === 'flat' ? toFlat(context, value) : toImage(context, value)) as V;
};

/** The names of the pieces of a value. */
export const piecesOf = (value: Value): readonly string[] => (value.form === 'blocked' ? value.groups : [value.name]);

/** A value of the same form and shape in other pieces. */
export const withPieces = <V extends Value>(value: V, pieces: readonly string[]): V => (value.form === 'blocked' ? {...value, groups: pieces} : {...value, name: pieces[0]!});

/** The value as [rows, elements]. */
export const toMatrix = (context: LoweringContext, value: Value): WholeValue => {
	const flat = toFlat(context, value);
	const shape = [sizeOf(flat.shape)];
	return flat.shape.length === 1 ? flat : {form: 'flat', shape, name: reshape(context, flat.name, shape)};
};
