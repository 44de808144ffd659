import type {ScoredBatch} from '../pool/pool.ts';
import type {Head, Model} from '../model/model.ts';
import {argmax} from '../tensor/argmax.ts';
import {sizeOf} from '../tensor/shape.ts';
import type {TypedArray} from '../tensor/dtypes.ts';
import {lossOf, probabilitiesOf} from './row.ts';

/** One scored example. */
export interface ScoredRow {
	/** Record number in its source. */
	readonly record: number;
	readonly label: number | TypedArray;
	/** Class index of the label; undefined when the loss classifies nothing. */
	readonly actual: number | undefined;
	readonly predicted: number | undefined;
	readonly loss: number;
	/** Probabilities by class, or the outputs of a regression. */
	readonly probabilities: Float64Array;
}

/** Counts of a whole split, exact. */
export interface Totals {
	readonly examples: number;
	/** Mean over the examples. */
	readonly loss: number;
	/** Share of correctly classified examples; undefined when the loss classifies nothing. */
	readonly accuracy: number | undefined;
	/** Counts by [actual][predicted]; undefined when the loss classifies nothing. */
	readonly confusion: ReadonlyArray<readonly number[]> | undefined;
}

/** Adds up scored batches of one split. */
export interface Accumulator {
	readonly add: (batch: ScoredBatch) => void;
	readonly totals: () => Totals;
}

/** Classes that a head tells apart: one sigmoid tells two. */
export const classesOf = (head: Head, outputs: number): number | undefined => {
	if (head.loss === 'meanSquaredError') {
		return undefined;
	}

	if (head.loss === 'binaryCrossentropy') {
		return outputs === 1 ? 2 : undefined;
	}

	return outputs;
};

/** One output that tells two classes apart is the probability of the second. */
const byClass = (probabilities: Float64Array, classes: number | undefined): Float64Array =>
	(classes === 2 && probabilities.length === 1 ? Float64Array.of(1 - probabilities[0]!, probabilities[0]!) : probabilities);

/** Makes the accumulator of a model; `onRow` sees every example, its arrays valid until it returns. */
export const createAccumulator = (model: Pick<Model, 'head' | 'output'>, {onRow}: {readonly onRow?: (row: ScoredRow) => void} = {}): Accumulator => {
	const {head} = model;
	const outputs = sizeOf(model.output);
	const classes = classesOf(head, outputs);
	const confusion = classes === undefined ? undefined : Array.from({length: classes}, () => Array.from({length: classes}, () => 0));
	let examples = 0;
	let loss = 0;
	let correct = 0;

	const classOf = (values: TypedArray): number => (values.length === 1 ? Number(values[0]! > (head.fused === 'sigmoid' ? 0 : 0.5)) : argmax(values));

	return {
		add({slot, scores}) {
			const {labels, records, count} = slot;
			const labelSize = labels.length / records.length;
			const hasVectors = labelSize > 1 || labels instanceof Float32Array;
			for (let row = 0; row < count; row++) {
				const rowScores = scores.subarray(row * outputs, (row + 1) * outputs);
				const label = hasVectors ? labels.subarray(row * labelSize, (row + 1) * labelSize) : labels[row]!;
				const rowLoss = lossOf(head, rowScores, label);
				examples++;
				loss += rowLoss;
				let actual: number | undefined;
				let predicted: number | undefined;
				if (confusion !== undefined) {
					actual = typeof label === 'number' ? label : (label.length === 1 ? Math.round(label[0]!) : argmax(label));
					predicted = classOf(rowScores);
					confusion[actual]![predicted]!++;
					correct += Number(actual === predicted);
				}

				onRow?.({record: records[row]!, label, actual, predicted, loss: rowLoss, probabilities: byClass(probabilitiesOf(head, rowScores), classes)});
			}
		},
		totals: () => ({
			examples,
			loss: loss / examples,
			accuracy: confusion === undefined ? undefined : correct / examples,
			confusion,
		}),
	};
};
