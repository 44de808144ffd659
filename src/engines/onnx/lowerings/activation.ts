import {type Activation, type ActivationLayer} from '../../../model/layer.ts';
import type {LayerLowering} from '../family.ts';
import {inFormOf, toFlat} from '../forms.ts';
import {piecesOf, withPieces, type LoweringContext, type Value} from '../value.ts';
import {isPositive} from './gates.ts';

/** An activation in the graph, and the gradient through it. */
interface Activated<V extends Value> {
	readonly y: V;
	readonly gradient: (dy: Value) => Value;
}

/** The gradient of an activation in terms of its output, piece by piece. */
const gradientThrough = <V extends Value>(context: LoweringContext, y: V, factor: (dy: string, y: string) => string) => (dy: Value): V => {
	const pieces = piecesOf(y);
	return withPieces(y, piecesOf(inFormOf(context, dy, y)).map((piece, index) => factor(piece, pieces[index]!)));
};

/** A rectifier's output. */
export const rectified = <V extends Value>(context: LoweringContext, y: V): Activated<V> => {
	const gate = gradientThrough(context, y, (dy, piece) => context.graph.node('Mul', [dy, isPositive(context.graph, piece)]));
	return {y: {...y, isRectified: true}, gradient: dy => (dy.isGated === true ? dy : gate(dy))};
};

/**
 * The gradient of a maximum of `y` where that maximum is of a rectifier's output: gated here, where there are fewer
 * elements, it needs no gate before the maximum. A maximum of 0 has only zeros below it.
 */
export const gatedEarly = <V extends Value>(context: LoweringContext, y: V, dy: V): V => rectified(context, y).gradient(dy) as V;

/** Applies an activation to a value. */
export const activate = (context: LoweringContext, activation: Activation, x: Value): Activated<Value> => {
	const {graph} = context;
	const {node} = graph;
	const elementwise = (operator: string, factor: (dy: string, y: string) => string): Activated<Value> => {
		const y = withPieces(x, piecesOf(x).map(piece => node(operator, [piece])));
		return {y, gradient: gradientThrough(context, y, factor)};
	};

	switch (activation) {
		case 'linear': {
			return {y: x, gradient: dy => dy};
		}

		case 'relu': {
			return rectified(context, withPieces(x, piecesOf(x).map(piece => node('Relu', [piece]))));
		}

		case 'sigmoid': {
			return elementwise('Sigmoid', (dy, y) => node('Mul', [dy, node('Mul', [y, node('Sub', [graph.scalar(1), y])])]));
		}

		case 'tanh': {
			return elementwise('Tanh', (dy, y) => node('Mul', [dy, node('Sub', [graph.scalar(1), node('Mul', [y, y])])]));
		}

		case 'softmax': {
			const whole = x.form === 'blocked' ? toFlat(context, x) : x;
			const axis = whole.form === 'image' ? 1 : whole.shape.length;
			const y = {...whole, name: node('Softmax', [whole.name], {axis})};
			return {
				y,
				gradient: gradientThrough(context, y, dy => {
					const dot = node('ReduceSum', [node('Mul', [dy, y.name]), graph.constant([axis], 'int64', [1])], {keepdims: 1});
					return node('Mul', [y.name, node('Sub', [dy, dot])]);
				}),
			};
		}

		default: {
			return activation satisfies never;
		}
	}
};

/** A layer that is nothing but an activation. */
export const lowerActivation: LayerLowering<ActivationLayer> = (context, {activation}, {x}) => {
	const {y, gradient} = activate(context, activation, x);
	return {y, backward: dy => ({dx: gradient(dy), parameters: []})};
};
