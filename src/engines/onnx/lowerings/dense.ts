import type {DenseLayer} from '../../../model/layer.ts';
import type {LayerLowering} from '../family.ts';
import {toMatrix} from '../forms.ts';
import type {LoweringContext, WholeValue} from '../value.ts';
import {activate} from './activation.ts';

/** The sums of a matrix's columns, [1, columns], as a product with ones: the runtime's sum over an axis takes three times as long. */
export const columnSums = ({graph}: LoweringContext, matrix: string, rows: number): string =>
	graph.node('MatMul', [graph.constant(new Float32Array(rows).fill(1), 'float32', [1, rows]), matrix]);

/** The gradient of a bias, [1, units]. */
export const biasGradient = (context: LoweringContext, dz: string): string => columnSums(context, dz, context.rows);

/** y = scale · x · kernel + bias as one Gemm each way. */
export const lowerDense: LayerLowering<DenseLayer> = (context, layer, {x: given, parameters, needsInput, isFactored, scale = 1}) => {
	const {graph} = context;
	const x = toMatrix(context, given);
	const [kernel, ...bias] = parameters as readonly [string, ...string[]];
	const alpha = {float: scale};
	const z: WholeValue = {form: 'flat', shape: layer.output, name: graph.node('Gemm', [x.name, kernel, ...bias], {alpha})};
	const {y, gradient} = activate(context, layer.activation, z);
	return {
		y,
		backward(dy) {
			const dz = toMatrix(context, gradient(dy)).name;
			return {
				dx: needsInput ? {form: 'flat', shape: x.shape, name: graph.node('Gemm', [dz, kernel], {transB: 1})} : undefined,
				...(isFactored && {factors: {cut: graph.node('Transpose', [x.name]), whole: dz}}),
				parameters: [
					isFactored ? undefined : graph.node('Gemm', [x.name, dz], {transA: 1, alpha}),
					...bias.map(() => biasGradient(context, dz)),
				],
			};
		},
	};
};
