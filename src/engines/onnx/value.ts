import type {Shape} from '../../tensor/shape.ts';
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

/** Height, width and channels. */
export const imageShape = (shape: Shape): readonly [number, number, number] => shape as readonly [number, number, number];

/** Dimensions of a group: its leading ones in one, height, width, and what lies at a pixel. */
export const groupDims = ({blocks}: LoweringContext, {order, tile = 1, columns = 1, shape}: Layout & {readonly shape: Shape}): readonly [number, number, number, number] => {
	const {size, images} = blocks!;
	const [height, wide, channels] = imageShape(shape);
	const width = wide / columns;
	return order === 'planes' ? [channels, height, width, images] : [tile * Math.ceil(channels / size), Math.ceil(height / tile), width, images * size];
};

/** The names of the pieces of a value. */
export const piecesOf = (value: Value): readonly string[] => (value.form === 'blocked' ? value.groups : [value.name]);

/** A value of the same form and shape in other pieces. */
export const withPieces = <V extends Value>(value: V, pieces: readonly string[]): V => (value.form === 'blocked' ? {...value, groups: pieces} : {...value, name: pieces[0]!});
