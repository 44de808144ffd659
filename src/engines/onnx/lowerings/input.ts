import type {InputMap} from '../../../tensor/input-map.ts';
import {sizeOf} from '../../../tensor/shape.ts';
import {reshape, type LoweringContext, type WholeValue} from '../value.ts';

/** Reads a slot's features, [rows, …], and leaves what the first layer reads. */
export const lowerInput = (context: LoweringContext, {slot, affine, features}: InputMap): WholeValue => {
	const {graph, rows} = context;
	const {dtype, shape} = slot.features;
	const raw = graph.input('features', dtype, [rows, ...shape]);
	const size = sizeOf(shape);
	const operand = (value: number | ArrayLike<number>): string =>
		(typeof value === 'number' ? graph.scalar(value) : graph.constant(value, 'float32', [size]));
	// As one axis: the runtime's multiplication by a scalar is 20 times slower where the last axis has one element.
	const flat = reshape(context, raw, [size]);
	let name = dtype === 'float32' ? flat : graph.node('Cast', [flat], {to: 1});
	for (const {scale, offset} of affine) {
		name = graph.node('Add', [graph.node('Mul', [name, operand(scale)]), operand(offset)]);
	}

	return {form: 'flat', shape: features.shape, name: reshape(context, name, features.shape)};
};

/** Reads a slot's labels and leaves one row of targets for every label, [rows, outputs]. */
export const lowerLabels = ({graph, rows}: LoweringContext, {slot}: InputMap, outputs: number): string => {
	const {dtype, shape} = slot.label;
	const raw = graph.input('labels', dtype, [rows, ...shape]);
	if (shape.length === 0 && outputs > 1) {
		// The runtime's one-hot takes int64 indices.
		const indices = graph.node('Cast', [raw], {to: 7});
		return graph.node('OneHot', [indices, graph.constant([outputs], 'int64', [1]), graph.constant([0, 1], 'float32', [2])], {axis: -1});
	}

	const values = dtype === 'float32' ? raw : graph.node('Cast', [raw], {to: 1});
	return graph.node('Reshape', [values, graph.constant([rows, outputs], 'int64', [2])]);
};
