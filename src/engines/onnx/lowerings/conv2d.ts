import type {Conv2dLayer} from '../../../model/layer.ts';
import type {LayerLowering} from '../family.ts';
import {toImage, type Value} from '../value.ts';
import {activate} from './activation.ts';
import {scatterAttributes, windowAttributes} from './windows.ts';

/**
 * Cross-correlation by Conv. Its gradients are convolutions too: that of the input a transposed one, that of the kernel
 * one in which the batch takes the place of the channels and the output's gradient that of the kernel.
 */
export const lowerConv2d: LayerLowering<Conv2dLayer> = (context, layer, {x: given, parameters}) => {
	const {graph} = context;
	const {node} = graph;
	const x = toImage(context, given);
	const [kernel, ...bias] = parameters as readonly [string, ...string[]];
	const [height, width] = layer.kernelSize;
	// [rows, columns, channels, filters] to [filters, channels, rows, columns].
	const filters = node('Transpose', [kernel], {perm: [3, 2, 0, 1]});
	const window = windowAttributes(layer, layer.kernelSize);
	const z: Value = {form: 'image', shape: layer.output, name: node('Conv', [x.name, filters, ...bias], window)};
	const {y, gradient} = activate(context, layer.activation, z);
	return {
		y,
		backward(dy, {needsInput}) {
			const dz = toImage(context, gradient(dy)).name;
			const [swappedX, swappedDz] = [x.name, dz].map(name => node('Transpose', [name], {perm: [1, 0, 2, 3]})) as [string, string];
			const correlated = node('Conv', [swappedX, swappedDz], {
				kernel_shape: layer.output.slice(0, 2), dilations: layer.strides, pads: window.pads,
			});
			// Rows and columns that no window reached give taps that the kernel does not have.
			const taps = node('Slice', [
				correlated, graph.constant([0, 0], 'int64', [2]), graph.constant([height, width], 'int64', [2]), graph.constant([2, 3], 'int64', [2]),
			]);
			return {
				dx: needsInput
					? {form: 'image', shape: layer.input, name: node('ConvTranspose', [dz, filters], scatterAttributes(layer, layer.kernelSize))}
					: undefined,
				parameters: [
					// [channels, filters, rows, columns] to the canonical order.
					node('Transpose', [taps], {perm: [2, 3, 0, 1]}),
					...bias.map(() => node('ReduceSum', [dz, graph.constant([0, 2, 3], 'int64', [3])], {keepdims: 0})),
				],
			};
		},
	};
};
