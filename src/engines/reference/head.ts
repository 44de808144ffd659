import type {Head} from '../../model/model.ts';
import {argmax} from '../../tensor/argmax.ts';
import type {FloatArray} from '../../tensor/dtypes.ts';

/** Keeps a probability away from 0 and 1 where a loss takes its logarithm, as Keras does. */
const epsilon = 1e-7;

/** Loss of one row, and its gradient with respect to the row's scores written into `gradient`. */
type RowLoss = (scores: FloatArray, targets: FloatArray, gradient: FloatArray) => number;

/** −Σ y log softmax(s); gradient softmax(s) · Σ y − y. */
const softmaxCrossentropy: RowLoss = (scores, targets, gradient) => {
	let maximum = Number.NEGATIVE_INFINITY;
	for (const score of scores) {
		maximum = Math.max(maximum, score);
	}

	let sum = 0;
	let weight = 0;
	for (let index = 0; index < scores.length; index++) {
		sum += Math.exp(scores[index]! - maximum);
		weight += targets[index]!;
	}

	const normalizer = maximum + Math.log(sum);
	let loss = 0;
	for (let index = 0; index < scores.length; index++) {
		loss += targets[index]! * (normalizer - scores[index]!);
		gradient[index] = Math.exp(scores[index]! - normalizer) * weight - targets[index]!;
	}

	return loss;
};

/** −Σ y log clip(p / Σ p); the gradient is 0 where the clip holds. */
const crossentropy: RowLoss = (scores, targets, gradient) => {
	let sum = 0;
	for (const score of scores) {
		sum += score;
	}

	let loss = 0;
	let common = 0;
	for (let index = 0; index < scores.length; index++) {
		const probability = scores[index]! / sum;
		const clipped = Math.min(Math.max(probability, epsilon), 1 - epsilon);
		loss -= targets[index]! * Math.log(clipped);
		const slope = clipped === probability ? -targets[index]! / probability : 0;
		gradient[index] = slope / sum;
		common += slope * scores[index]! / (sum * sum);
	}

	for (let index = 0; index < scores.length; index++) {
		gradient[index]! -= common;
	}

	return loss;
};

/** Mean of max(s, 0) − s y + log(1 + e^−|s|). */
const sigmoidCrossentropy: RowLoss = (scores, targets, gradient) => {
	let loss = 0;
	for (let index = 0; index < scores.length; index++) {
		const score = scores[index]!;
		loss += Math.max(score, 0) - score * targets[index]! + Math.log1p(Math.exp(-Math.abs(score)));
		gradient[index] = (1 / (1 + Math.exp(-score)) - targets[index]!) / scores.length;
	}

	return loss / scores.length;
};

/** Mean of −y log p − (1 − y) log(1 − p), p clipped. */
const binaryCrossentropy: RowLoss = (scores, targets, gradient) => {
	let loss = 0;
	for (let index = 0; index < scores.length; index++) {
		const probability = Math.min(Math.max(scores[index]!, epsilon), 1 - epsilon);
		const target = targets[index]!;
		loss -= target * Math.log(probability) + (1 - target) * Math.log(1 - probability);
		const slope = probability === scores[index] ? (1 - target) / (1 - probability) - target / probability : 0;
		gradient[index] = slope / scores.length;
	}

	return loss / scores.length;
};

/** Mean of (s − y)². */
const meanSquaredError: RowLoss = (scores, targets, gradient) => {
	let loss = 0;
	for (let index = 0; index < scores.length; index++) {
		const difference = scores[index]! - targets[index]!;
		loss += difference * difference;
		gradient[index] = 2 * difference / scores.length;
	}

	return loss / scores.length;
};

const rowLossOf = ({loss, fused}: Head): RowLoss => {
	switch (loss) {
		case 'categoricalCrossentropy':
		case 'sparseCategoricalCrossentropy': {
			return fused === 'softmax' ? softmaxCrossentropy : crossentropy;
		}

		case 'binaryCrossentropy': {
			return fused === 'sigmoid' ? sigmoidCrossentropy : binaryCrossentropy;
		}

		case 'meanSquaredError': {
			return meanSquaredError;
		}

		default: {
			return loss satisfies never;
		}
	}
};

/** Whether a row counts as correct: the largest output, or for a single one the side of one half. */
const isCorrect = ({loss, fused}: Head, scores: FloatArray, targets: FloatArray): boolean => {
	if (loss === 'meanSquaredError' || (loss === 'binaryCrossentropy' && scores.length > 1)) {
		return false;
	}

	if (scores.length === 1) {
		return (scores[0]! > (fused === 'sigmoid' ? 0 : 0.5)) === (targets[0]! > 0.5);
	}

	return argmax(scores) === argmax(targets);
};

/**
 * Weighted loss and hits of rows, and the gradient of Σ weight · loss / weightSum with respect to the scores.
 *
 * `scores`, `targets` and `gradient` are [rows, outputs], `weights` [rows].
 */
export const scoreRows = (head: Head, {scores, targets, weights, gradient, outputs, weightSum}: {
	readonly scores: FloatArray;
	readonly targets: FloatArray;
	readonly weights: Float32Array;
	readonly gradient: FloatArray;
	readonly outputs: number;
	readonly weightSum: number;
}): {readonly loss: number; readonly correct: number} => {
	const rowLoss = rowLossOf(head);
	let loss = 0;
	let correct = 0;
	for (const [row, weight] of weights.entries()) {
		const [from, to] = [row * outputs, (row + 1) * outputs];
		const part = gradient.subarray(from, to);
		if (weight === 0) {
			part.fill(0);
			continue;
		}

		const rowScores = scores.subarray(from, to);
		const rowTargets = targets.subarray(from, to);
		loss += weight * rowLoss(rowScores, rowTargets, part);
		correct += isCorrect(head, rowScores, rowTargets) ? weight : 0;
		for (let index = 0; index < part.length; index++) {
			part[index]! *= weight / weightSum;
		}
	}

	return {loss, correct};
};
