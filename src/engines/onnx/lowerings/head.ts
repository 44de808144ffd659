import type {Head} from '../../../model/model.ts';
import type {GraphBuilder} from '../graph-builder.ts';
import type {Targets} from './input.ts';

/** Keeps a probability away from 0 and 1 where a loss takes its logarithm, as Keras does. */
const epsilon = 1e-7;

/** The losses of rows and their gradients with respect to the scores, not weighted. */
interface RowLoss {
	/** [rows, 1]. */
	readonly losses: string;
	/** [rows, outputs]. */
	readonly gradient: string;
}

type LossLowering = (graph: GraphBuilder, scores: string, targets: Targets) => RowLoss;

const last = (graph: GraphBuilder): string => graph.constant([-1], 'int64', [1]);
const sum = (graph: GraphBuilder, value: string): string => graph.node('ReduceSum', [value, last(graph)], {keepdims: 1});
const mean = (graph: GraphBuilder, value: string): string => graph.node('ReduceMean', [value], {axes: [-1], keepdims: 1});

/** −Σ y log softmax(s); gradient softmax(s) · Σ y − y. */
const softmaxCrossentropy: LossLowering = (graph, scores, {values: targets, classes}) => {
	const {node} = graph;
	const logarithms = node('LogSoftmax', [scores], {axis: -1});
	const probabilities = node('Exp', [logarithms]);
	return {
		losses: node('Neg', [sum(graph, node('Mul', [targets, logarithms]))]),
		// The targets of a class sum to 1.
		gradient: node('Sub', [classes === undefined ? node('Mul', [probabilities, sum(graph, targets)]) : probabilities, targets]),
	};
};

/** 1 where the clip changed nothing, else 0. */
const unclipped = ({node}: GraphBuilder, value: string, clipped: string): string => node('Cast', [node('Equal', [value, clipped])], {to: 1});

const clip = (graph: GraphBuilder, value: string): string => graph.node('Clip', [value, graph.scalar(epsilon), graph.scalar(1 - epsilon)]);

/** −Σ y log clip(p / Σ p). */
const crossentropy: LossLowering = (graph, scores, {values: targets}) => {
	const {node} = graph;
	const total = sum(graph, scores);
	const probabilities = node('Div', [scores, total]);
	const clipped = clip(graph, probabilities);
	const slope = node('Mul', [node('Neg', [node('Div', [targets, clipped])]), unclipped(graph, probabilities, clipped)]);
	const common = sum(graph, node('Mul', [slope, probabilities]));
	return {
		losses: node('Neg', [sum(graph, node('Mul', [targets, node('Log', [clipped])]))]),
		gradient: node('Div', [node('Sub', [slope, common]), total]),
	};
};

const perOutput = (graph: GraphBuilder, outputs: number, value: string): string => graph.node('Div', [value, graph.scalar(outputs)]);

/** Mean of log(1 + eˢ) − s y. */
const sigmoidCrossentropy = (outputs: number): LossLowering => (graph, scores, {values: targets}) => {
	const {node} = graph;
	return {
		losses: mean(graph, node('Sub', [node('Softplus', [scores]), node('Mul', [scores, targets])])),
		gradient: perOutput(graph, outputs, node('Sub', [node('Sigmoid', [scores]), targets])),
	};
};

/** Mean of −y log p − (1 − y) log(1 − p), p clipped. */
const binaryCrossentropy = (outputs: number): LossLowering => (graph, scores, {values: targets}) => {
	const {node} = graph;
	const one = graph.scalar(1);
	const clipped = clip(graph, scores);
	const rest = node('Sub', [one, clipped]);
	const others = node('Sub', [one, targets]);
	const losses = node('Neg', [node('Add', [node('Mul', [targets, node('Log', [clipped])]), node('Mul', [others, node('Log', [rest])])])]);
	const slope = node('Sub', [node('Div', [others, rest]), node('Div', [targets, clipped])]);
	return {
		losses: mean(graph, losses),
		gradient: perOutput(graph, outputs, node('Mul', [slope, unclipped(graph, scores, clipped)])),
	};
};

/** Mean of (s − y)². */
const meanSquaredError = (outputs: number): LossLowering => (graph, scores, {values: targets}) => {
	const {node} = graph;
	const difference = node('Sub', [scores, targets]);
	return {
		losses: mean(graph, node('Mul', [difference, difference])),
		gradient: perOutput(graph, outputs, node('Mul', [difference, graph.scalar(2)])),
	};
};

const lossOf = ({loss, fused}: Head, outputs: number): LossLowering => {
	switch (loss) {
		case 'categoricalCrossentropy':
		case 'sparseCategoricalCrossentropy': {
			return fused === 'softmax' ? softmaxCrossentropy : crossentropy;
		}

		case 'binaryCrossentropy': {
			return fused === 'sigmoid' ? sigmoidCrossentropy(outputs) : binaryCrossentropy(outputs);
		}

		case 'meanSquaredError': {
			return meanSquaredError(outputs);
		}

		default: {
			return loss satisfies never;
		}
	}
};

/** 1 for every row that is classified correctly, [rows]; undefined where nothing is classified. */
const hits = ({node, scalar, view}: GraphBuilder, {loss, fused}: Head, {scores, targets: {values, classes}, outputs}: {readonly scores: string; readonly targets: Targets; readonly outputs: number}): string | undefined => {
	if (loss === 'meanSquaredError' || (loss === 'binaryCrossentropy' && outputs > 1)) {
		return undefined;
	}

	if (outputs === 1) {
		const sides = [node('Greater', [scores, scalar(fused === 'sigmoid' ? 0 : 0.5)]), node('Greater', [values, scalar(0.5)])];
		return view(node('Cast', [node('Equal', sides)], {to: 1}), [-1]);
	}

	const largest = (value: string): string => node('ArgMax', [value], {axis: -1, keepdims: 0});
	return node('Cast', [node('Equal', [largest(scores), classes ?? largest(values)])], {to: 1});
};

/** Whether the loss divides by the sum of a row's scores, which a row of padding may have at 0. */
const isQuotient = ({loss, fused}: Head): boolean => fused === undefined && (loss === 'categoricalCrossentropy' || loss === 'sparseCategoricalCrossentropy');

/** 0 in rows of weight 0: a quotient that is no number does not end in a product with 0. */
const whereWeighted = ({node, scalar}: GraphBuilder, value: string, scale: string): string =>
	node('Where', [node('Equal', [scale, scalar(0)]), scalar(0), value]);

/** Adds the losses of the rows and the gradient of Σ scale · loss with respect to the scores; `scale` is [rows, 1]. */
export const lowerHead = (graph: GraphBuilder, head: Head, {scores, targets, scale, outputs}: {
	readonly scores: string;
	readonly targets: Targets;
	readonly scale: string;
	readonly outputs: number;
}): RowLoss & {readonly hits: string | undefined} => {
	const {losses, gradient} = lossOf(head, outputs)(graph, scores, targets);
	const scaled = graph.node('Mul', [gradient, scale]);
	return {losses, gradient: isQuotient(head) ? whereWeighted(graph, scaled, scale) : scaled, hits: hits(graph, head, {scores, targets, outputs})};
};
