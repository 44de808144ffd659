import type {InputMap} from '../../../tensor/input-map.ts';
import {sizeOf} from '../../../tensor/shape.ts';
import {areClasses} from '../told.ts';
import {reshape} from '../nodes.ts';
import type {LoweringContext, WholeValue} from '../value.ts';

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

/** Reads what the rows' scores are compared with, [rows, outputs]: a slot's labels, or the vectors of its classes. */
export const lowerLabels = ({graph, rows}: LoweringContext, input: InputMap, outputs: number): string => {
	const dtype = areClasses(input, outputs) ? 'float32' : input.slot.label.dtype;
	const labels = graph.input('labels', dtype, [rows, outputs]);
	return dtype === 'float32' ? labels : graph.node('Cast', [labels], {to: 1});
};
