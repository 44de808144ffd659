import {sizeOf, type Shape} from '../../tensor/shape.ts';
import type {GraphBuilder} from './graph-builder.ts';

/**
 * A value of the graph for a batch of rows.
 *
 * `flat` lies as Keras has it, [rows, …shape]. `image` is a [height, width, channels] shape that lies as the
 * convolutions of ONNX want it, [rows, channels, height, width].
 */
export interface Value {
	readonly name: string;
	readonly form: 'flat' | 'image';
	/** Of one row, in Keras's order. */
	readonly shape: Shape;
}

/** What a lowering builds with. */
export interface LoweringContext {
	readonly graph: GraphBuilder;
	readonly rows: number;
}

/** Reinterprets rows of a flat value. */
export const reshape = ({graph, rows}: LoweringContext, name: string, shape: Shape): string =>
	graph.node('Reshape', [name, graph.constant([rows, ...shape], 'int64', [shape.length + 1])]);

const isPlane = (shape: Shape): boolean => shape[2] === 1;

/** The value in Keras's order. */
export const toFlat = (context: LoweringContext, value: Value): Value => {
	if (value.form === 'flat') {
		return value;
	}

	const {name, shape} = value;
	return {
		form: 'flat',
		shape,
		// A single channel needs no reordering.
		name: isPlane(shape) ? reshape(context, name, shape) : context.graph.node('Transpose', [name], {perm: [0, 2, 3, 1]}),
	};
};

/** The value of a [height, width, channels] shape in the order of convolutions. */
export const toImage = (context: LoweringContext, value: Value): Value => {
	if (value.form === 'image') {
		return value;
	}

	const {name, shape} = value;
	const [height, width, channels] = shape as readonly [number, number, number];
	return {
		form: 'image',
		shape,
		name: isPlane(shape) ? reshape(context, name, [channels, height, width]) : context.graph.node('Transpose', [name], {perm: [0, 3, 1, 2]}),
	};
};

/** The value in the form of another. */
export const inFormOf = (context: LoweringContext, value: Value, {form}: Value): Value => (form === 'flat' ? toFlat(context, value) : toImage(context, value));

/** The value as [rows, elements]. */
export const toMatrix = (context: LoweringContext, value: Value): Value => {
	const flat = toFlat(context, value);
	const shape = [sizeOf(flat.shape)];
	return flat.shape.length === 1 ? flat : {form: 'flat', shape, name: reshape(context, flat.name, shape)};
};
