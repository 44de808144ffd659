import test from 'ava';
import fc from 'fast-check';
import {createOnnxEngine} from '../../../src/engines/onnx/engine.ts';
import {rowsOfPass} from '../../../src/engines/onnx/passes.ts';
import {createReferenceEngine} from '../../../src/engines/reference/engine.ts';
import {initialParameters} from '../../../src/model/initial-parameters.ts';
import {modelOf, slotOf, type Case} from '../cases.ts';
import {optionsOf} from '../engine-conformance.ts';
import {openPlan} from '../run-plan.ts';

/** So wide that few rows fill a cache; the last of three parts is not full. */
const many: Case = {
	title: 'many rows', input: [4096], dtype: 'uint8', affine: [{scale: 1 / 255, offset: 0}], loss: 'sparseCategoricalCrossentropy', label: 'index', rows: 550, padding: 5,
	layers: [{dense: {units: 6, activation: 'tanh'}}, {dropout: {rate: 0.3}}, {dense: {units: 3, activation: 'softmax'}}],
};
const model = modelOf(many);

test('rows that fill a cache several times go through in equal parts, and others at once', t => {
	t.is(rowsOfPass(model, 550), 184);
	t.is(rowsOfPass(model, 512), 256);
	t.is(rowsOfPass(model, 511), 511);
});

test('parts are no more than needed, and reach every row', t => {
	fc.assert(fc.property(fc.integer({min: 1, max: 100_000}), rows => {
		const part = rowsOfPass(model, rows);
		const parts = Math.ceil(rows / part);
		return part * parts - rows < parts && (parts === 1 || part <= 256);
	}));
	t.pass();
});

test('loss, hits and gradient of a shard in parts are those of the whole', async t => {
	const [actual, expected] = await Promise.all(([['float32', createOnnxEngine()], ['float64', createReferenceEngine()]] as const).map(async ([precision, engine]) => {
		const opened = await openPlan(engine, model, optionsOf(many, {precision}), {parameters: initialParameters(model, {seed: 11, precision: 'float32'})});
		// Twice: what is left of one step does not reach the next.
		for (const number of [1, 2]) {
			await opened.step({number, epoch: 1, learningRate: 0, slot: slotOf(many, number)});
		}

		await opened.release();
		return {...opened.outcome(), gradient: opened.gradient()};
	}));
	t.true(Math.abs(actual!.loss - expected!.loss) < 1e-5);
	t.is(actual!.correct, expected!.correct);
	const largest = Math.max(...expected!.gradient.map(value => Math.abs(value)));
	t.true(largest > 0);
	for (const [index, value] of expected!.gradient.entries()) {
		t.true(Math.abs(value - actual!.gradient[index]!) < 1e-5 * largest, `element ${index}`);
	}
});
