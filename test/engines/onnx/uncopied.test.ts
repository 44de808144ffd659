import test from 'ava';
import type {EngineOptions} from '../../../src/engines/engine.ts';
import {createOnnxEngine} from '../../../src/engines/onnx/engine.ts';
import type {Runtime} from '../../../src/engines/onnx/runtime.ts';
import {leavesOutputs} from '../../../src/engines/onnx/uncopied.ts';
import {initialParameters} from '../../../src/model/initial-parameters.ts';
import {modelOf, slotOf, type Case} from '../cases.ts';
import {optionsOf} from '../engine-conformance.ts';
import {openPlan} from '../run-plan.ts';

/** A convolution, a kernel whose factors are exchanged, and classes: every kind of output of a training graph. */
const given: Case = {
	title: 'every output', input: [16, 16, 1], rows: 16, padding: 1, loss: 'sparseCategoricalCrossentropy', label: 'index',
	layers: [{conv2d: {filters: 8, kernelSize: 3, padding: 'same', activation: 'relu'}}, 'maxPooling2d', 'flatten', {dense: {units: 520, activation: 'relu'}}, {dropout: {rate: 0.5}}, {dense: {units: 3, activation: 'softmax'}}],
};

const train = async (options: Pick<EngineOptions, 'unsafeOutputs'>) => {
	const model = modelOf(given);
	const open = await openPlan(createOnnxEngine(), model, {...optionsOf(given, {shards: 4}), ...options}, {parameters: initialParameters(model, {seed: 2, precision: 'float32'}), workers: 2});
	for (let number = 1; number <= 3; number++) {
		await open.step({number, epoch: 1, learningRate: 0.1, slot: slotOf(given, number)});
	}

	const result = {outputs: open.plan.lowering.outputs, parameters: open.parameters(), outcome: open.outcome(), products: open.plan.products.length};
	await open.release();
	return result;
};

test('outputs that are not copied are the same, bit for bit', async t => {
	const [uncopied, copied] = [await train({unsafeOutputs: true}), await train({})];
	t.is(uncopied.outputs, 'uncopied');
	t.is(copied.outputs, 'copied');
	t.true(copied.products > 0);
	t.deepEqual(uncopied.parameters, copied.parameters);
	t.deepEqual(uncopied.outcome, copied.outcome);
});

const runtimeThat = (run: (fetches: Readonly<Record<string, {readonly data: unknown}>>) => void): Runtime => ({
	version: '0',
	tensor: (type, data, dims) => ({type, data, dims}) as never, // Nothing but the data is read of it here.
	open: async () => ({run(_feeds, fetches) {
		run(fetches as never);
	}, async release() {}}),
});

test('a runtime that leaves nothing behind fails the self-test', async t => {
	t.false(await leavesOutputs(runtimeThat(() => {})));
});

test('a runtime that refuses sequences in another way fails the self-test', async t => {
	t.false(await leavesOutputs(runtimeThat(() => {
		throw new Error('unsupported');
	})));
});
