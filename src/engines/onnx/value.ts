import {sizeOf, type Shape} from '../../tensor/shape.ts';
import type {GraphBuilder} from './graph-builder.ts';

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
 * A [height, width, channels] shape in groups of images that lie side by side, pixel by pixel.
 *
 * A group of `blocks` is [blocks of channels, height, width, images · block], one of `planes` is [channels, height,
 * width, images]. Images and channels that fill up the last group and block hold anything finite; their gradients are 0.
 */
export interface BlockedValue extends Known {
	readonly form: 'blocked';
	readonly order: 'blocks' | 'planes';
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
export const view = (context: LoweringContext, name: string, dims: readonly number[]): string => context.graph.node('Reshape', [name, integers(context, dims)]);

/** Height, width and channels. */
export const imageShape = (shape: Shape): readonly [number, number, number] => shape as readonly [number, number, number];

/** Dimensions of a group. */
export const groupDims = ({blocks}: LoweringContext, {order, shape}: Pick<BlockedValue, 'order' | 'shape'>): readonly [number, number, number, number] => {
	const {size, images} = blocks!;
	const [height, width, channels] = imageShape(shape);
	return order === 'planes' ? [channels, height, width, images] : [Math.ceil(channels / size), height, width, images * size];
};

/** Adds zeros before and after each axis, or takes away where the number is negative. */
export const pad = (context: LoweringContext, name: string, before: readonly number[], after: readonly number[]): string =>
	([...before, ...after].every(count => count === 0) ? name : context.graph.node('Pad', [name, integers(context, [...before, ...after])]));

/** Reinterprets rows of a flat value. */
export const reshape = (context: LoweringContext, name: string, shape: Shape): string => view(context, name, [context.rows, ...shape]);

const isPlane = (shape: Shape): boolean => shape[2] === 1;

/** Puts grouped images into Keras's order, and leaves out what fills up. */
const ungroup = (context: LoweringContext, {groups, order, shape}: BlockedValue): string => {
	const {graph: {node}, rows} = context;
	const {size, images} = context.blocks!;
	const [height, width, channels] = imageShape(shape);
	const blocks = Math.ceil(channels / size);
	const padded = order === 'planes' ? channels : blocks * size;
	const parts = groups.map(group => (order === 'planes'
		? node('Transpose', [group], {perm: [3, 1, 2, 0]})
		: view(context, node('Transpose', [view(context, group, [blocks, height, width, images, size])], {perm: [3, 1, 2, 0, 4]}), [images, height, width, padded])));
	const all = parts.length === 1 ? parts[0]! : node('Concat', parts, {axis: 0});
	return pad(context, all, [0, 0, 0, 0], [rows - groups.length * images, 0, 0, channels - padded]);
};

/** The value in Keras's order. */
export const toFlat = (context: LoweringContext, value: Value): WholeValue => {
	const {form, shape} = value;
	switch (form) {
		case 'flat': {
			return value;
		}

		case 'blocked': {
			return {form: 'flat', shape, name: ungroup(context, value)};
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

/** The value of a [height, width, channels] shape in groups of images. */
export const toBlocked = (context: LoweringContext, value: Value, order: BlockedValue['order']): BlockedValue => {
	if (value.form === 'blocked' && value.order === order) {
		return value;
	}

	const {graph: {node, split}, rows} = context;
	const {size, images} = context.blocks!;
	const {name, shape} = toFlat(context, value);
	const [height, width, channels] = imageShape(shape);
	const count = Math.ceil(rows / images);
	const blocks = Math.ceil(channels / size);
	const filled = pad(context, reshape(context, name, shape), [0, 0, 0, 0], [count * images - rows, 0, 0, order === 'planes' ? 0 : blocks * size - channels]);
	return {
		form: 'blocked',
		order,
		shape,
		groups: split(filled, count, 0).map(group => (order === 'planes'
			? node('Transpose', [group], {perm: [3, 1, 2, 0]})
			: view(context, node('Transpose', [view(context, group, [images, height, width, blocks, size])], {perm: [3, 1, 2, 0, 4]}), groupDims(context, {order, shape})))),
	};
};

/** The value in the form of another. */
export const inFormOf = <V extends Value>(context: LoweringContext, value: Value, like: V): V => {
	if (like.form === 'blocked') {
		return toBlocked(context, value, like.order) as V;
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
