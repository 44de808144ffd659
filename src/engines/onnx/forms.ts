import {sizeOf, type Shape} from '../../tensor/shape.ts';
import {pad, permute, reshape, swapEnds, view} from './nodes.ts';
import {groupDims, imageShape, type BlockedValue, type Layout, type LoweringContext, type Value, type WholeValue} from './value.ts';

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

/** The value as [rows, elements]. */
export const toMatrix = (context: LoweringContext, value: Value): WholeValue => {
	const flat = toFlat(context, value);
	const shape = [sizeOf(flat.shape)];
	return flat.shape.length === 1 ? flat : {form: 'flat', shape, name: reshape(context, flat.name, shape)};
};
