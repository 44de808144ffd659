import test from 'ava';
import {faultyTensor} from '../../src/pool/faulty-tensor.ts';
import type {EnginePlan, SharedMemory} from '../../src/engines/engine.ts';

const layout = [{name: 'kernel', shape: [2, 2], offset: 0}, {name: 'bias', shape: [3], offset: 4}];
const plan = {layout, options: {precision: 'float32'}, exchange: [{name: 'sum', bytes: 28}]} as unknown as EnginePlan; // Nothing else of a plan is looked at.
const nameOf = (gradient: readonly number[]): string | undefined => {
	const sum = new Float32Array(new SharedArrayBuffer(28));
	sum.set(gradient);
	return faultyTensor(plan, {exchange: {sum: new Uint8Array(sum.buffer)}} as unknown as SharedMemory); // Nor of the memory.
};

test('the tensor with the first number that is not finite is named, wherever in it that is', t => {
	t.is(nameOf([0, 0, 0, 0, 0, 0, 0]), undefined);
	t.is(nameOf([0, 0, 0, 0, 0, 0, Number.NaN]), 'bias');
	t.is(nameOf([0, 0, 0, Infinity, 0, 0, Number.NaN]), 'kernel');
});
