import test from 'ava';
import type {Draft, EngineOptions} from '../../../src/engines/engine.ts';
import {createOnnxEngine} from '../../../src/engines/onnx/engine.ts';
import {initialParameters} from '../../../src/model/initial-parameters.ts';
import {createCrew} from '../../../src/pool/crew.ts';
import {modelOf, slotOf, type Case} from '../cases.ts';
import {optionsOf} from '../engine-conformance.ts';
import {openPlan} from '../run-plan.ts';

const given: Case = {
	title: 'a convolution and a large kernel', input: [16, 16, 1], rows: 16, padding: 1, loss: 'sparseCategoricalCrossentropy', label: 'index',
	layers: [{conv2d: {filters: 8, kernelSize: 3, padding: 'same', activation: 'relu'}}, 'maxPooling2d', 'flatten', {dense: {units: 520, activation: 'relu'}}, {dense: {units: 3, activation: 'softmax'}}],
};
const model = modelOf(given);
const options: EngineOptions = optionsOf(given, {shards: 4});
const engine = createOnnxEngine();
const nonsense = new Uint8Array(8);

const train = async (draft: Draft | undefined) => {
	const open = await openPlan(engine, model, options, {parameters: initialParameters(model, {seed: 2, precision: 'float32'}), draft});
	try {
		await open.step({number: 1, epoch: 1, learningRate: 0.1, slot: slotOf(given)});
		return {parameters: open.parameters(), scores: await open.predict(slotOf(given)), family: open.plan.lowering.family};
	} finally {
		await open.release();
	}
};

test('a draft for the plan is what is opened, and gives the bits that the plan gives without it', async t => {
	const alone = await train(undefined);
	const lowering = {family: alone.family, outputs: 'copied'} as const;
	const draft = (await engine.draft!(model, options))!;
	t.is(draft.lowering.outputs, 'copied');
	if (draft.lowering.family === alone.family) { // Else this machine cannot do the likely one.
		t.deepEqual(await train(draft), alone);
		await t.throwsAsync(train({...draft, prediction: nonsense}));
	}

	await t.throwsAsync(train({lowering, training: nonsense, prediction: nonsense}));
});

test('a draft for another lowering is left aside', async t => {
	const alone = await train(undefined);
	for (const lowering of [{family: 'another', outputs: 'copied'}, {family: alone.family, outputs: 'uncopied'}] as const) {
		t.deepEqual(await train({lowering, training: nonsense, prediction: nonsense}), alone);
	}
});

test('outputs that are to stay where they are have a draft of their own', async t => {
	t.is((await engine.draft!(model, {...options, unsafeOutputs: true}))!.lowering.outputs, 'uncopied');
});

test('passes that share a prelude have none', async t => {
	const many: Case = {
		title: 'many images', input: [28, 28, 1], dtype: 'uint8', affine: [], loss: 'sparseCategoricalCrossentropy', label: 'index', rows: 11_000,
		layers: ['flatten', {dense: {units: 3, activation: 'softmax'}}],
	};
	t.is(await engine.draft!(modelOf(many), optionsOf(many, {shards: 1})), undefined);
});

test('one of several threads drafts, and a single one does not', async t => {
	const [two, one] = [createCrew(2), createCrew(1)];
	const [here, there] = [await engine.draft!(model, options), await two.draft('onnx', model, options)];
	t.deepEqual(there!.lowering, here!.lowering);
	t.deepEqual([...there!.training], [...here!.training]);
	t.deepEqual([...there!.prediction], [...here!.prediction]);
	t.is(await one.draft('onnx', model, options), undefined);
	t.is(await two.draft('reference', model, options), undefined);
	await Promise.all([two.end(), one.end()]);
});
