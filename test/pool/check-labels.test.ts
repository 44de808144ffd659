import test from 'ava';
import type {ThreadloomError} from '../../src/errors/threadloom-error.ts';
import type {Loss} from '../../src/model/model.ts';
import {labelCheck} from '../../src/pool/check-labels.ts';
import type {TypedArray} from '../../src/tensor/dtypes.ts';

const check = (loss: Loss, outputs: number, labels: TypedArray): ThreadloomError | undefined => {
	const records = Float64Array.from(labels, (_, row) => row + 5);
	return labelCheck({head: {loss, fused: undefined}, output: [outputs]}, {lane: 'train'})({
		features: new Float32Array(labels.length), labels, weights: new Float32Array(labels.length).fill(1), records, count: labels.length,
	});
};

const refused: ReadonlyArray<readonly [what: string, loss: Loss, outputs: number, labels: TypedArray, label: number, classes: number]> = [
	['a class beyond the outputs', 'sparseCategoricalCrossentropy', 3, Int32Array.of(2, 3), 3, 3],
	['a second class of one output', 'sparseCategoricalCrossentropy', 1, Int32Array.of(0, 1), 1, 1],
	['a class below 0', 'sparseCategoricalCrossentropy', 3, Int32Array.of(0, -1), -1, 3],
	['a class below 0 of a binary label', 'binaryCrossentropy', 1, Int32Array.of(0, -1), -1, 2],
	['a third class of a binary label', 'binaryCrossentropy', 1, Int32Array.of(1, 2), 2, 2],
	['a third class of a binary label that is a float', 'binaryCrossentropy', 1, Float32Array.of(0.4, 2), 2, 2],
];

for (const [what, loss, outputs, labels, label, classes] of refused) {
	test(`${what} is refused with its record`, t => {
		const fault = check(loss, outputs, labels);
		t.is(fault?.code, 'LABEL_BEYOND');
		t.deepEqual(fault?.details, {record: 6, label, classes, lane: 'train'});
	});
}

test('classes that there are, and numbers of a regression, pass', t => {
	t.is(check('sparseCategoricalCrossentropy', 3, Int32Array.of(0, 1, 2)), undefined);
	t.is(check('binaryCrossentropy', 1, Float32Array.of(0, 0.3, 1, 1.2)), undefined);
	t.is(check('meanSquaredError', 1, Float32Array.of(-7, 9)), undefined);
});
