import test from 'ava';
import {createReferenceEngine} from '../../src/engines/reference/engine.ts';
import {createAccumulator} from '../../src/evaluation/accumulator.ts';
import {lossOf, probabilitiesOf} from '../../src/evaluation/row.ts';
import {initialParameters} from '../../src/model/initial-parameters.ts';
import type {Loss} from '../../src/model/model.ts';
import {createRandom, keyOf} from '../../src/random/generator.ts';
import {cases, modelOf, slotOf} from '../engines/cases.ts';
import {optionsOf} from '../engines/engine-conformance.ts';
import {openPlan} from '../engines/run-plan.ts';

for (const given of cases.filter(({layers}) => !JSON.stringify(layers).includes('dropout'))) {
	test(`the engine's loss and hits are those of the evaluation: ${given.title}`, async t => {
		const model = modelOf(given);
		const slot = slotOf(given);
		const open = await openPlan(createReferenceEngine(), model, optionsOf(given, {precision: 'float64'}), {parameters: initialParameters(model, {seed: 11, precision: 'float64'})});
		const scores = await open.predict(slot);
		await open.step({number: 1, epoch: 1, learningRate: 0, slot});
		const {loss, correct} = open.outcome();
		await open.release();
		const accumulator = createAccumulator(model);
		// Labels that the engine expands are vectors or indices: the accumulator takes both.
		accumulator.add({slot, scores});
		const totals = accumulator.totals();
		t.is(totals.examples, slot.count);
		// Scores are float32.
		t.true(Math.abs(totals.loss - loss) < 1e-5 * Math.max(1, loss), `${totals.loss} and not ${loss}`);
		if (totals.accuracy !== undefined) {
			t.is(Math.round(totals.accuracy * slot.count), correct);
		}
	});
}

const softmax = (logits: readonly number[]): readonly number[] => {
	const powers = logits.map(logit => Math.exp(logit));
	const sum = powers.reduce((a, b) => a + b, 0);
	return powers.map(power => power / sum);
};

/** Each loss as its formula says it, of one row in float64. */
const naive: Record<string, {readonly loss: Loss; readonly fused: 'softmax' | 'sigmoid' | undefined; readonly of: (scores: readonly number[], target: readonly number[]) => number}> = {
	'categorical cross-entropy of logits': {
		loss: 'categoricalCrossentropy', fused: 'softmax',
		of: (scores, target) => -softmax(scores).reduce((sum, probability, index) => sum + target[index]! * Math.log(probability), 0),
	},
	'binary cross-entropy of logits': {
		loss: 'binaryCrossentropy', fused: 'sigmoid',
		of: (scores, target) => scores.reduce((sum, score, index) => sum - target[index]! * Math.log(1 / (1 + Math.exp(-score))) - (1 - target[index]!) * Math.log(1 - 1 / (1 + Math.exp(-score))), 0) / scores.length,
	},
	'mean squared error': {
		loss: 'meanSquaredError', fused: undefined,
		of: (scores, target) => scores.reduce((sum, score, index) => sum + (score - target[index]!) ** 2, 0) / scores.length,
	},
};

for (const [title, {loss, fused, of}] of Object.entries(naive)) {
	test(`${title} over many batches is the mean of its formula`, t => {
		const random = createRandom(keyOf(8));
		const accumulator = createAccumulator({head: {loss, fused}, output: [3]});
		let expected = 0;
		for (const [batch, count] of [5, 5, 2].entries()) {
			const scores = Float32Array.from({length: 15}, (_, index) => 2 * random.normal(batch * 100 + index));
			const labels = new Float32Array(15);
			for (let row = 0; row < count; row++) {
				labels[row * 3 + random.integer(batch * 100 + 50 + row, 3)] = 1;
				expected += of([...scores.subarray(row * 3, row * 3 + 3)], [...labels.subarray(row * 3, row * 3 + 3)]);
			}

			accumulator.add({slot: {features: new Float32Array(5), labels, weights: new Float32Array(5), records: new Float64Array(5), count}, scores});
		}

		t.is(accumulator.totals().examples, 12);
		t.true(Math.abs(accumulator.totals().loss - expected / 12) < 1e-9);
	});
}

test('the confusion matrix has actual classes as rows and predicted ones as columns', t => {
	const rows: unknown[] = [];
	const accumulator = createAccumulator({head: {loss: 'sparseCategoricalCrossentropy', fused: 'softmax'}, output: [3]}, {
		onRow({record, actual, predicted}) {
			rows.push([record, actual, predicted]);
		},
	});
	const scores = Float32Array.of(9, 0, 0, 0, 9, 0, 0, 9, 0, 5, 5, 5);
	accumulator.add({slot: {features: new Float32Array(4), labels: Int32Array.of(0, 0, 1, 2), weights: new Float32Array(4), records: Float64Array.of(7, 8, 9, 10), count: 3}, scores});
	// The fourth row is padding.
	t.deepEqual(accumulator.totals().confusion, [[1, 1, 0], [0, 1, 0], [0, 0, 0]]);
	t.is(accumulator.totals().accuracy, 2 / 3);
	t.deepEqual(rows, [[7, 0, 0], [8, 0, 1], [9, 1, 1]]);
});

test('huge logits have a finite loss', t => {
	const accumulator = createAccumulator({head: {loss: 'sparseCategoricalCrossentropy', fused: 'softmax'}, output: [2]});
	accumulator.add({slot: {features: new Float32Array(1), labels: Int32Array.of(1), weights: new Float32Array(1), records: Float64Array.of(0), count: 1}, scores: Float32Array.of(1e30, -1e30)});
	t.is(accumulator.totals().loss, 2 * Math.fround(1e30));
});

/** One row of one output, scored with 0.3. */
const scoreOne = (fused: 'sigmoid' | undefined, labels: Int32Array | Float32Array) => {
	const accumulator = createAccumulator({head: {loss: 'binaryCrossentropy', fused}, output: [1]});
	accumulator.add({slot: {features: new Float32Array(1), labels, weights: new Float32Array(1), records: Float64Array.of(0), count: 1}, scores: Float32Array.of(0.3)});
	return accumulator.totals().confusion;
};

test('one output is class 1 from a logit above 0 or a probability above a half', t => {
	t.deepEqual(scoreOne('sigmoid', Int32Array.of(0)), [[0, 1], [0, 0]]);
	t.deepEqual(scoreOne(undefined, Int32Array.of(0)), [[1, 0], [0, 0]]);
});

test('a label that is one float32 tells its class by its value', t => {
	t.deepEqual(scoreOne('sigmoid', Float32Array.of(1)), [[0, 0], [0, 1]]);
});

test('a certain probability that is wrong has a finite loss, on either side', t => {
	for (const [probability, label] of [[1, 0], [0, 1]] as const) {
		const loss = lossOf({loss: 'binaryCrossentropy', fused: undefined}, Float32Array.of(probability), label);
		t.true(Math.abs(loss + Math.log(1e-7)) < 1e-6, `${loss}`);
	}
});

test('probabilities of large logits are numbers', t => {
	t.deepEqual([...probabilitiesOf({loss: 'sparseCategoricalCrossentropy', fused: 'softmax'}, Float32Array.of(1000, 0))], [1, 0]);
});

test('the probabilities of sigmoids are each its own, between 0 and 1', t => {
	const [low, middle, high] = probabilitiesOf({loss: 'binaryCrossentropy', fused: 'sigmoid'}, Float32Array.of(-2, 0, 3));
	t.is(middle, 0.5);
	t.true(Math.abs(low! - 1 / (1 + Math.exp(2))) < 1e-15);
	t.true(Math.abs(high! - 1 / (1 + Math.exp(-3))) < 1e-15);
});

test('one output that tells two classes apart gives a probability of each', t => {
	for (const [fused, scores] of [['sigmoid', [-2, 3]], [undefined, [1 / (1 + Math.exp(2)), 1 / (1 + Math.exp(-3))]]] as const) {
		const told: Array<readonly [number | undefined, number | undefined]> = [];
		const accumulator = createAccumulator({head: {loss: 'binaryCrossentropy', fused}, output: [1]}, {onRow({predicted, probabilities}) {
			told.push([predicted, probabilities[predicted!]]);
			t.is(probabilities.length, 2);
			t.true(Math.abs(probabilities[0]! + probabilities[1]! - 1) < 1e-15);
		}});
		accumulator.add({slot: {features: new Float32Array(2), labels: Int32Array.of(0, 1), weights: new Float32Array(2), records: new Float64Array(2), count: 2}, scores: Float32Array.from(scores)});
		t.deepEqual(told.map(([predicted]) => predicted), [0, 1]);
		t.true(Math.abs(told[0]![1]! - 1 / (1 + Math.exp(-2))) < 1e-7);
		t.true(Math.abs(told[1]![1]! - 1 / (1 + Math.exp(-3))) < 1e-7);
	}
});
