import type {DenseLayer} from '../../../model/layer.ts';
import {sizeOf} from '../../../tensor/shape.ts';
import type {LayerLowering} from '../family.ts';
import {hasBlockedKernel} from '../kernel-layout.ts';
import {activate, rectified} from '../lowerings/activation.ts';
import {biasGradient, lowerDense} from '../lowerings/dense.ts';
import {toMatrix} from '../forms.ts';
import {pad, view} from '../nodes.ts';
import type {LoweringContext, WholeValue} from '../value.ts';

/** A matrix in blocks of its columns, [columns / block, rows, block]. */
const columnBlocks = (context: LoweringContext, matrix: string, rows: number, columns: number): string =>
	context.graph.blocked('ReorderInput', [view(context, matrix, [1, 1, rows, columns])], {channels_last: 1});

/** A matrix in blocks of its rows, [rows / block, columns, block]. */
const rowBlocks = (context: LoweringContext, matrix: string, rows: number, columns: number): string =>
	context.graph.blocked('ReorderInput', [view(context, matrix, [1, rows, 1, columns])]);

/**
 * A large kernel as that of a convolution of single pixels: forward, examples are pixels and inputs channels. Backward
 * the same memory is an image whose pixels are inputs and whose channels are units, and the gradient of the kernel comes
 * out in its order, with the examples as channels.
 */
export const lowerBlockedDense: LayerLowering<DenseLayer> = (context, layer, given) => {
	const {graph, rows, blocks} = context;
	const size = blocks?.size;
	if (!hasBlockedKernel(layer, size)) {
		return lowerDense(context, layer, given);
	}

	const [inputs, {units}] = [sizeOf(layer.input), layer];
	const [kernel, ...bias] = given.parameters as readonly [string, ...string[]];
	const x = toMatrix(context, given.x);
	const isRelu = layer.activation === 'relu';
	const pixels = graph.blocked('Conv', [columnBlocks(context, x.name, rows, inputs), kernel, ...bias], isRelu ? {activation: 'Relu'} : {});
	const z: WholeValue = {
		form: 'flat',
		shape: layer.output,
		name: view(context, graph.blocked('ReorderOutput', [pixels], {channels: units, channels_last: 1}), [rows, units]),
	};
	const {y, gradient} = isRelu ? rectified(context, z) : activate(context, layer.activation, z);
	// Examples are channels on the way back: as many as fill whole blocks.
	const filled = Math.ceil(rows / size!) * size!;
	const fillRows = (matrix: string): string => pad(context, matrix, [0, 0], [filled - rows, 0]);
	return {
		y,
		backward(dy) {
			const dz = toMatrix(context, gradient(dy)).name;
			const filledDz = fillRows(dz);
			const inputGradient = (): string => {
				const image = graph.blocked('Conv', [
					view(context, kernel, [1, units, 1, inputs]),
					view(context, rowBlocks(context, filledDz, filled, units), [filled, units, 1, 1]),
				]);
				return pad(context, view(context, graph.blocked('ReorderOutput', [image], {channels: filled}), [filled, inputs]), [0, 0], [rows - filled, 0]);
			};

			const factors = {cut: columnBlocks(context, filledDz, filled, units), whole: rowBlocks(context, fillRows(x.name), filled, inputs)};
			return {
				dx: given.needsInput ? {form: 'flat', shape: x.shape, name: inputGradient()} : undefined,
				...(given.isFactored && {factors}),
				parameters: [
					given.isFactored ? undefined : graph.blocked('Conv', [factors.whole, view(context, factors.cut, [units, filled, 1, 1])]),
					...bias.map(() => biasGradient(context, dz)),
				],
			};
		},
	};
};
