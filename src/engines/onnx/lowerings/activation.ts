import {type Activation, type ActivationLayer} from '../../../model/layer.ts';
import type {LayerLowering} from '../family.ts';
import {inFormOf, type LoweringContext, type Value} from '../value.ts';
import {isPositive} from './gates.ts';

/** An activation in the graph, and the gradient through it. */
interface Activated {
	readonly y: Value;
	readonly gradient: (dy: Value) => Value;
}

/** Applies an activation to a value. Every gradient is written in terms of the output. */
export const activate = (context: LoweringContext, activation: Activation, x: Value): Activated => {
	const {graph} = context;
	const {node} = graph;
	const finish = (name: string, factor: (dy: string) => string): Activated => ({
		y: {...x, name},
		gradient: dy => ({...x, name: factor(inFormOf(context, dy, x).name)}),
	});
	switch (activation) {
		case 'linear': {
			return {y: x, gradient: dy => dy};
		}

		case 'relu': {
			const y = node('Relu', [x.name]);
			return finish(y, dy => node('Mul', [dy, isPositive(graph, y)]));
		}

		case 'sigmoid': {
			const y = node('Sigmoid', [x.name]);
			return finish(y, dy => node('Mul', [dy, node('Mul', [y, node('Sub', [graph.scalar(1), y])])]));
		}

		case 'tanh': {
			const y = node('Tanh', [x.name]);
			return finish(y, dy => node('Mul', [dy, node('Sub', [graph.scalar(1), node('Mul', [y, y])])]));
		}

		case 'softmax': {
			const axis = x.form === 'image' ? 1 : x.shape.length;
			const y = node('Softmax', [x.name], {axis});
			return finish(y, dy => {
				const dot = node('ReduceSum', [node('Mul', [dy, y]), graph.constant([axis], 'int64', [1])], {keepdims: 1});
				return node('Mul', [y, node('Sub', [dy, dot])]);
			});
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
