import test from 'ava';
import {outcomeOf, toldShapes, writeVectors} from '../../../src/engines/onnx/told.ts';
import type {Head} from '../../../src/model/model.ts';

const classes = {slot: {features: {shape: [2], dtype: 'float32'}, label: {shape: [], dtype: 'uint8'}}} as const;
const vectors = {slot: {...classes.slot, label: {shape: [3], dtype: 'float32'}}} as const;
const softmax: Head = {loss: 'sparseCategoricalCrossentropy', fused: 'softmax'};

test('classes become vectors, and rows behind them zeros', t => {
	const out = new Float32Array(9).fill(7);
	writeVectors(Uint8Array.of(2, 0), out, 3);
	t.deepEqual([...out], [0, 0, 1, 1, 0, 0, 0, 0, 0]);
});

test('only classes of a softmax are told by logarithms', t => {
	const told = (head: Head, input: typeof classes | typeof vectors, outputs = 3): readonly string[] => Object.keys(toldShapes({head, output: [outputs]}, input, 4));
	t.deepEqual(told(softmax, classes), ['logarithms']);
	t.deepEqual(told({...softmax, loss: 'categoricalCrossentropy'}, classes), ['logarithms']);
	t.deepEqual(told({...softmax, loss: 'categoricalCrossentropy'}, vectors), ['losses', 'hits']);
	t.deepEqual(told({...softmax, fused: undefined}, classes), ['losses', 'hits']);
	t.deepEqual(told({loss: 'meanSquaredError', fused: undefined}, classes), ['losses']);
	t.deepEqual(told({loss: 'binaryCrossentropy', fused: 'sigmoid'}, classes, 1), ['losses', 'hits']);
});

test('losses and hits are picked among logarithms by the classes', t => {
	const data = Float32Array.from([
		[-1, -2, -3], // The largest is its own.
		[-2, -1, -3], // It is another one.
		[-1, -1, -3], // The first of two is the one that counts.
		[Number.NaN, Number.NaN, Number.NaN], // Of weight 0.
	].flat());
	const rows = {labels: Uint8Array.of(0, 2, 1, 0), weights: Float32Array.of(1, 0.5, 1, 0)};
	t.deepEqual(outcomeOf({logarithms: {data}}, rows, 3), {loss: 1 + 1.5 + 1, correct: 1});
	t.is(outcomeOf({logarithms: {data}}, {...rows, labels: Uint8Array.of(0, 1, 0, 0)}, 3).correct, 2.5);
});

test('losses and hits of a graph are added by their weights', t => {
	const told = {losses: {data: Float32Array.of(1, 2, Number.NaN)}, hits: {data: Float32Array.of(0, 1, 1)}};
	const rows = {labels: new Float32Array(3), weights: Float32Array.of(1, 0.5, 0)};
	t.deepEqual(outcomeOf(told, rows, 3), {loss: 2, correct: 0.5});
	t.deepEqual(outcomeOf({losses: told.losses}, rows, 3), {loss: 2, correct: 0});
});
