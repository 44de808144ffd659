import type {Head} from '../../../model/model.ts';
import type {GraphBuilder} from '../graph-builder.ts';
import {classifies} from '../told.ts';

/** Keeps a probability away from 0 and 1 where a loss takes its logarithm, as Keras does. */
const epsilon = 1e-7;

/** The losses of rows and their gradients with respect to the scores, not weighted. */
interface RowLoss {
	/** [rows, 1]. */
	readonly losses: string;
	/** [rows, outputs]. */
	readonly gradient: string;
}

type LossLowering = (graph: GraphBuilder, scores: string, targets: string) => RowLoss;

const last = (graph: GraphBuilder): string => graph.constant([-1], 'int64', [1]);
const sum = (graph: GraphBuilder, value: string): string => graph.node('ReduceSum', [value, last(graph)], {keepdims: 1});
const mean = (graph: GraphBuilder, value: string): string => graph.node('ReduceMean', [value], {axes: [-1], keepdims: 1});

/** −Σ y log softmax(s); gradient softmax(s) · Σ y − y. */
const softmaxCrossentropy: LossLowering = (graph, scores, targets) => {
	const {node} = graph;
	const logarithms = node('LogSoftmax', [scores], {axis: -1});
	return {
		losses: node('Neg', [sum(graph, node('Mul', [targets, logarithms]))]),
		gradient: node('Sub', [node('Mul', [node('Exp', [logarithms]), sum(graph, targets)]), targets]),
	};
};

/** 1 where the clip changed nothing, else 0. */
const unclipped = ({node}: GraphBuilder, value: string, clipped: string): string => node('Cast', [node('Equal', [value, clipped])], {to: 1});

const clip = (graph: GraphBuilder, value: string): string => graph.node('Clip', [value, graph.scalar(epsilon), graph.scalar(1 - epsilon)]);

/** −Σ y log clip(p / Σ p). */
const crossentropy: LossLowering = (graph, scores, targets) => {
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
const sigmoidCrossentropy = (outputs: number): LossLowering => (graph, scores, targets) => {
	const {node} = graph;
	return {
		losses: mean(graph, node('Sub', [node('Softplus', [scores]), node('Mul', [scores, targets])])),
		gradient: perOutput(graph, outputs, node('Sub', [node('Sigmoid', [scores]), targets])),
	};
};

/** Mean of −y log p − (1 − y) log(1 − p), p clipped. */
const binaryCrossentropy = (outputs: number): LossLowering => (graph, scores, targets) => {
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
const meanSquaredError = (outputs: number): LossLowering => (graph, scores, targets) => {
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
const hits = ({node, scalar, view}: GraphBuilder, head: Head, {scores, targets, outputs}: {readonly scores: string; readonly targets: string; readonly outputs: number}): string | undefined => {
	if (!classifies(head, outputs)) {
		return undefined;
	}

	if (outputs === 1) {
		const sides = [node('Greater', [scores, scalar(head.fused === 'sigmoid' ? 0 : 0.5)]), node('Greater', [targets, scalar(0.5)])];
		return view(node('Cast', [node('Equal', sides)], {to: 1}), [-1]);
	}

	const largest = (value: string): string => node('ArgMax', [value], {axis: -1, keepdims: 0});
	return node('Cast', [node('Equal', [largest(scores), largest(targets)])], {to: 1});
};

/** Whether the loss divides by the sum of a row's scores, which a row of padding may have at 0. */
const isQuotient = ({loss, fused}: Head): boolean => fused === undefined && (loss === 'categoricalCrossentropy' || loss === 'sparseCategoricalCrossentropy');

/** 0 in rows of weight 0: a quotient that is no number does not end in a product with 0. */
const whereWeighted = ({node, scalar}: GraphBuilder, value: string, scale: string): string =>
	node('Where', [node('Equal', [scale, scalar(0)]), scalar(0), value]);

/** Adds the gradient of Σ scale · loss with respect to the scores, and what the rows tell, by the names of the outputs; `scale` is [rows, 1]. */
export const lowerHead = (graph: GraphBuilder, head: Head, {scores, targets, scale, outputs, isOfLogarithms}: {
	readonly scores: string;
	/** [rows, outputs]. */
	readonly targets: string;
	readonly scale: string;
	readonly outputs: number;
	/** Whether the rows are to tell no more than their logarithms. */
	readonly isOfLogarithms: boolean;
}): {readonly gradient: string; readonly told: Readonly<Record<string, string | undefined>>} => {
	if (isOfLogarithms) {
		const logarithms = graph.node('LogSoftmax', [scores], {axis: -1});
		// The targets of a class sum to 1.
		const gradient = graph.node('Sub', [graph.node('Exp', [logarithms]), targets]);
		return {gradient: graph.node('Mul', [gradient, scale]), told: {logarithms}};
	}

	const {losses, gradient} = lossOf(head, outputs)(graph, scores, targets);
	const scaled = graph.node('Mul', [gradient, scale]);
	return {gradient: isQuotient(head) ? whereWeighted(graph, scaled, scale) : scaled, told: {losses, hits: hits(graph, head, {scores, targets, outputs})}};
};
