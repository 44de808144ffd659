import type {DropoutLayer, ReshapeLayer} from '../../../model/layer.ts';
import type {LayerLowering} from '../family.ts';
import {toFlat} from '../forms.ts';
import {reshape} from '../nodes.ts';

/** Row-major reinterpretation of Keras's order. */
export const lowerReshape: LayerLowering<ReshapeLayer> = (context, {input, output}, {x}) => ({
	y: {form: 'flat', shape: output, name: reshape(context, toFlat(context, x).name, output)},
	backward: dy => ({dx: {form: 'flat', shape: input, name: reshape(context, toFlat(context, dy).name, input)}, parameters: []}),
});

/** Multiplies by the mask of a training graph; a graph for predictions leaves the layer out. */
export const lowerDropout: LayerLowering<DropoutLayer> = (context, _, {x: given, mask}) => {
	if (mask === undefined) {
		return {y: given, backward: dy => ({dx: dy, parameters: []})};
	}

	const x = toFlat(context, given);
	const {node} = context.graph;
	return {
		y: {...x, name: node('Mul', [x.name, mask])},
		backward: dy => ({dx: {...x, name: node('Mul', [toFlat(context, dy).name, mask])}, parameters: []}),
	};
};
