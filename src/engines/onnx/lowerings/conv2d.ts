import type {Conv2dLayer} from '../../../model/layer.ts';
import type {LayerLowering} from '../family.ts';
import {toImage} from '../forms.ts';
import type {WholeValue} from '../value.ts';
import {activate} from './activation.ts';
import {kernelGradient} from './kernel-gradient.ts';
import {scatterAttributes, windowAttributes} from './windows.ts';

/** Cross-correlation by Conv; the gradient of its input is a transposed convolution. */
export const lowerConv2d: LayerLowering<Conv2dLayer> = (context, layer, {x: given, parameters, needsInput}) => {
	const {graph} = context;
	const {node} = graph;
	const x = toImage(context, given);
	const [kernel, ...bias] = parameters as readonly [string, ...string[]];
	// [rows, columns, channels, filters] to [filters, channels, rows, columns].
	const filters = node('Transpose', [kernel], {perm: [3, 2, 0, 1]});
	const z: WholeValue = {form: 'image', shape: layer.output, name: node('Conv', [x.name, filters, ...bias], windowAttributes(layer, layer.kernelSize))};
	const {y, gradient} = activate(context, layer.activation, z);
	return {
		y,
		backward(dy) {
			const dz = toImage(context, gradient(dy)).name;
			return {
				dx: needsInput
					? {form: 'image', shape: layer.input, name: node('ConvTranspose', [dz, filters], scatterAttributes(layer, layer.kernelSize))}
					: undefined,
				parameters: [
					kernelGradient(context, layer, {x: x.name, dz}),
					...bias.map(() => node('ReduceSum', [dz, graph.constant([0, 2, 3], 'int64', [3])], {keepdims: 0})),
				],
			};
		},
	};
};
