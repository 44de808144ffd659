import type {Head} from '../model/model.ts';
import type {TypedArray} from '../tensor/dtypes.ts';

/** Keeps a probability away from 0 and 1 where a loss takes its logarithm, as Keras does. */
const epsilon = 1e-7;

const clip = (probability: number): number => Math.min(Math.max(probability, epsilon), 1 - epsilon);

/** Probabilities of one row from its scores, in float64; with another head than a fused one the scores themselves. */
export const probabilitiesOf = (head: Head, scores: Float32Array): Float64Array => {
	const out = Float64Array.from(scores);
	if (head.fused === 'softmax') {
		const maximum = out.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
		let sum = 0;
		for (let index = 0; index < out.length; index++) {
			out[index] = Math.exp(out[index]! - maximum);
			sum += out[index]!;
		}

		for (let index = 0; index < out.length; index++) {
			out[index]! /= sum;
		}
	} else if (head.fused === 'sigmoid') {
		for (let index = 0; index < out.length; index++) {
			out[index] = 1 / (1 + Math.exp(-out[index]!));
		}
	}

	return out;
};

/** The target of one output: the label is a class index or a vector. */
const targetOf = (label: number | TypedArray, index: number): number =>
	typeof label === 'number' ? (label === index ? 1 : 0) : label[index]!;

/** The same, where a label of one number is the target of the one output. */
const directTargetOf = (label: number | TypedArray, index: number, outputs: number): number =>
	typeof label === 'number' && outputs === 1 ? label : targetOf(label, index);

/**
 * The loss of one row in float64, from its scores and its label.
 *
 * Cross-entropies of fused heads are computed from logits by the log-sum-exp; others as Keras computes them from
 * probabilities, clipped by 1e-7. Binary cross-entropy and the squared error are means over the outputs.
 */
export const lossOf = (head: Head, scores: Float32Array, label: number | TypedArray): number => {
	switch (head.loss) {
		case 'categoricalCrossentropy':
		case 'sparseCategoricalCrossentropy': {
			return head.fused === 'softmax' ? softmaxCrossentropy(scores, label) : crossentropy(scores, label);
		}

		case 'binaryCrossentropy': {
			return meanOver(scores, (score, index) => {
				const target = directTargetOf(label, index, scores.length);
				if (head.fused === 'sigmoid') {
					return Math.max(score, 0) - (score * target) + Math.log1p(Math.exp(-Math.abs(score)));
				}

				const probability = clip(score);
				return -(target * Math.log(probability)) - ((1 - target) * Math.log(1 - probability));
			});
		}

		case 'meanSquaredError': {
			return meanOver(scores, (score, index) => {
				const target = directTargetOf(label, index, scores.length);
				return (score - target) ** 2;
			});
		}

		default: {
			return head.loss satisfies never;
		}
	}
};

const meanOver = (scores: Float32Array, term: (score: number, index: number) => number): number => {
	let sum = 0;
	for (const [index, score] of scores.entries()) {
		sum += term(score, index);
	}

	return sum / scores.length;
};

const softmaxCrossentropy = (logits: Float32Array, label: number | TypedArray): number => {
	const maximum = logits.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
	let sum = 0;
	for (const logit of logits) {
		sum += Math.exp(logit - maximum);
	}

	const normalizer = maximum + Math.log(sum);
	let loss = 0;
	for (const [index, logit] of logits.entries()) {
		loss += targetOf(label, index) * (normalizer - logit);
	}

	return loss;
};

const crossentropy = (probabilities: Float32Array, label: number | TypedArray): number => {
	const sum = probabilities.reduce((a, b) => a + b, 0);
	let loss = 0;
	for (const [index, probability] of probabilities.entries()) {
		loss -= targetOf(label, index) * Math.log(clip(probability / sum));
	}

	return loss;
};
