import type {DenseLayer} from '../../../model/layer.ts';
import {sizeOf} from '../../../tensor/shape.ts';
import type {LayerLowering} from '../family.ts';
import {activate} from '../lowerings/activation.ts';
import {biasGradient, lowerDense} from '../lowerings/dense.ts';
import {toMatrix} from '../forms.ts';
import type {WholeValue} from '../value.ts';
import {multiplyBytes, splitDigits, splitParameter} from './digits.ts';

/** A first layer on examples of bytes: both products with them are products of integers. It has no gradient of its input. */
export const lowerDenseOfBytes: LayerLowering<DenseLayer> = (context, layer, given) => {
	const {parameters, bytes, scale = 1} = given;
	if (bytes === undefined) {
		return lowerDense(context, layer, given);
	}

	const {graph} = context;
	const [kernel, ...bias] = parameters as readonly [string, ...string[]];
	const digits = splitParameter(context, kernel, [sizeOf(layer.input), layer.units]);
	const z: WholeValue = {form: 'flat', shape: layer.output, name: multiplyBytes(context, bytes, digits, {factor: scale, bias})};
	const {y, gradient} = activate(context, layer.activation, z);
	return {
		y,
		backward(dy) {
			const dz = toMatrix(context, gradient(dy)).name;
			return {
				dx: undefined,
				parameters: [
					multiplyBytes(context, graph.node('Transpose', [bytes]), splitDigits(context, dz, context.rows), {factor: scale}),
					...bias.map(() => biasGradient(context, dz)),
				],
			};
		},
	};
};
