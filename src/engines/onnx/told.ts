import type {Head, Model} from '../../model/model.ts';
import type {TypedArray} from '../../tensor/dtypes.ts';
import type {InputMap} from '../../tensor/input-map.ts';
import {sizeOf, type Shape} from '../../tensor/shape.ts';
import {weightedSum, type ShardOutcome} from '../shard-compute.ts';

/** Whether the labels of a slot are numbers of classes, of which the graph is given vectors, [rows, outputs]. */
export const areClasses = ({slot: {label}}: Pick<InputMap, 'slot'>, outputs: number): boolean => label.shape.length === 0 && outputs > 1;

/** Whether a row can be classified rightly. */
export const classifies = ({loss}: Head, outputs: number): boolean => !(loss === 'meanSquaredError' || (loss === 'binaryCrossentropy' && outputs > 1));

/**
 * What the rows of a training graph tell beside the gradients: the shapes of the outputs by their names.
 *
 * Where a class picks its loss among `logarithms`, those of the probabilities, they are all: to look at them here takes
 * less time than the eight nodes that make `losses` and `hits` of them.
 */
export const toldShapes = ({head, output}: Pick<Model, 'head' | 'output'>, input: Pick<InputMap, 'slot'>, rows: number): Readonly<Record<string, Shape>> => {
	const outputs = sizeOf(output);
	const {loss, fused} = head;
	return fused === 'softmax' && (loss === 'categoricalCrossentropy' || loss === 'sparseCategoricalCrossentropy') && areClasses(input, outputs)
		? {logarithms: [rows, outputs]}
		: {losses: [rows, 1], ...(classifies(head, outputs) && {hits: [rows]})};
};

/** Writes the classes of rows as vectors with one 1 each; rows behind them are zeros. */
export const writeVectors = (classes: TypedArray, vectors: Float32Array, outputs: number): void => {
	vectors.fill(0);
	for (let row = 0; row < classes.length; row++) {
		vectors[row * outputs + classes[row]!] = 1;
	}
};

const scoreClasses = (logarithms: Float32Array, {labels, weights}: {readonly labels: TypedArray; readonly weights: Float32Array}, outputs: number): ShardOutcome => {
	let loss = 0;
	let correct = 0;
	for (let row = 0; row < weights.length; row++) {
		const weight = weights[row]!;
		if (weight === 0) {
			continue;
		}

		const start = row * outputs;
		let largest = start;
		for (let at = start + 1; at < start + outputs; at++) {
			if (logarithms[at]! > logarithms[largest]!) {
				largest = at;
			}
		}

		const own = start + labels[row]!;
		loss -= weight * logarithms[own]!;
		correct += largest === own ? weight : 0;
	}

	return {loss, correct};
};

/** The weighted sums of what rows told, by the names of `toldShapes`: in float64, in row order; what a row of weight 0 holds does not count. */
export const outcomeOf = (
	{logarithms, losses, hits}: Readonly<Record<string, {readonly data: Float32Array}>>,
	rows: {readonly labels: TypedArray; readonly weights: Float32Array},
	outputs: number,
): ShardOutcome => (logarithms === undefined
	? {loss: weightedSum(losses!.data, rows.weights), correct: hits === undefined ? 0 : weightedSum(hits.data, rows.weights)}
	: scoreClasses(logarithms.data, rows, outputs));
