import type {InputMap} from '../../../tensor/input-map.ts';
import {sizeOf} from '../../../tensor/shape.ts';
import {reshape, type LoweringContext, type WholeValue} from '../value.ts';

/** Name of the features among the inputs, in the element type of the slot. */
export const featuresName = 'features';

/** Reads a slot's features, [rows, …], and leaves what the first layer reads. */
export const lowerInput = (context: LoweringContext, {slot, affine, features}: InputMap): WholeValue => {
	const {graph, rows} = context;
	const {dtype, shape} = slot.features;
	const size = sizeOf(shape);
	const operand = (value: number | ArrayLike<number>): string =>
		(typeof value === 'number' ? graph.scalar(value) : graph.constant(value, 'float32', [size]));
	// As one axis: the runtime's multiplication by a scalar is 20 times slower where the last axis has one element.
	const flat = graph.input(featuresName, dtype, [rows, size]);
	let name = dtype === 'float32' ? flat : graph.node('Cast', [flat], {to: 1});
	for (const {scale, offset} of affine) {
		const scaled = scale === 1 ? name : graph.node('Mul', [name, operand(scale)]);
		name = offset === 0 ? scaled : graph.node('Add', [scaled, operand(offset)]);
	}

	return {form: 'flat', shape: features.shape, name: reshape(context, name, features.shape)};
};

/** What the rows' scores are compared with. */
export interface Targets {
	/** [rows, outputs]. */
	readonly values: string;
	/** Where each row has its one 1 among zeros, int64 [rows]; undefined where the labels are no classes. */
	readonly classes: string | undefined;
}

/** Reads a slot's labels, [rows, …shape]. */
export const lowerLabels = ({graph, rows}: LoweringContext, {slot}: InputMap, outputs: number): Targets => {
	const {dtype, shape} = slot.label;
	if (shape.length === 0 && outputs > 1) {
		// The runtime's operators take int64 indices.
		const classes = graph.node('Cast', [graph.input('labels', dtype, [rows])], {to: 7});
		return {values: graph.node('OneHot', [classes, graph.constant([outputs], 'int64', [1]), graph.constant([0, 1], 'float32', [2])], {axis: -1}), classes};
	}

	const raw = graph.input('labels', dtype, [rows, outputs]);
	return {values: dtype === 'float32' ? raw : graph.node('Cast', [raw], {to: 1}), classes: undefined};
};
