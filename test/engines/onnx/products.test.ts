import {isDeepStrictEqual} from 'node:util';
import test, {type ExecutionContext} from 'ava';
import type {EngineOptions} from '../../../src/engines/engine.ts';
import {createOnnxEngine} from '../../../src/engines/onnx/engine.ts';
import {createReferenceEngine} from '../../../src/engines/reference/engine.ts';
import {initialParameters} from '../../../src/model/initial-parameters.ts';
import {sizeOf} from '../../../src/tensor/shape.ts';
import {modelOf, slotOf, type Case} from '../cases.ts';
import {optionsOf} from '../engine-conformance.ts';
import {openPlan, type OpenPlan} from '../run-plan.ts';

const caseOf = (inputs: number, units: number): Case => ({
	title: 'a large kernel', input: [7], rows: 16, padding: 3, loss: 'sparseCategoricalCrossentropy', label: 'index',
	layers: [{dense: {units: inputs, activation: 'relu'}}, {dense: {units, activation: 'tanh'}}, {dropout: {rate: 0.3}}, {dense: {units: 3, activation: 'softmax'}}],
});

/** Kernels large enough for their factors to be exchanged, between small ones. */
const cases = {
	/** No number of tiles divides its rows, and no block its units. */
	plain: caseOf(515, 513),
	/** Blocks divide both, which a machine may make use of; no number of tiles divides its blocks, and a shard has fewer rows than a block. */
	blocks: caseOf(512, 528),
};
const momentum = {name: 'sgd', momentum: 0.9, nesterov: false} as const;

const open = async (given: Case, options: Partial<EngineOptions> & {readonly workers?: number} = {}): Promise<OpenPlan> => {
	const {workers = 1, ...others} = options;
	const engine = others.precision === 'float64' ? createReferenceEngine() : createOnnxEngine();
	const model = modelOf(given);
	return openPlan(engine, model, {...optionsOf(given, {shards: 4}), optimizer: momentum, ...others}, {parameters: initialParameters(model, {seed: 11, precision: 'float32'}), workers});
};

const train = async (given: Case, {step}: OpenPlan, steps: number, first = 1): Promise<void> => {
	for (let number = first; number < first + steps; number++) {
		await step({number, epoch: 1, learningRate: 0.1, slot: slotOf(given, number)});
	}
};

/** Three clipped steps reach the parameters of the reference. */
const isLikeOracle = async (t: ExecutionContext, given: Case, options: Partial<EngineOptions> & {readonly workers?: number}): Promise<void> => {
	const [actual, expected] = [await open(given, {...options, globalClipNorm: 0.05}), await open(given, {precision: 'float64', globalClipNorm: 0.05})];
	await train(given, actual, 3);
	await train(given, expected, 3);
	t.true(expected.outcome().gradientNorm > 0.05, 'it is clipped');
	t.true(Math.abs(actual.outcome().gradientNorm - expected.outcome().gradientNorm) < 1e-5);
	const start = initialParameters(modelOf(given), {seed: 11, precision: 'float32'});
	let largest = 0;
	let difference = 0;
	const reached = actual.parameters();
	for (const [index, value] of expected.parameters().entries()) {
		largest = Math.max(largest, Math.abs(value - start[index]!));
		difference = Math.max(difference, Math.abs(value - reached[index]!));
	}

	t.true(largest > 0);
	t.true(difference < 1e-4 * largest, `differs by ${difference} of ${largest}`);
	await actual.release();
	await expected.release();
};

for (const [name, given] of Object.entries(cases)) {
	test(`${name}: a large kernel has a phase of its own, in tiles`, async t => {
		const large = modelOf(given).layout.find(entry => entry.name === 'dense_1/kernel')!;
		const {plan, release} = await open(given);
		t.deepEqual(plan.phases.map(({name}) => name), ['gradients', 'products', 'reduce', 'update']);
		t.is(plan.products[0]!.from, large.offset);
		t.is(plan.products.at(-1)!.to, large.offset + sizeOf(large.shape));
		t.true(plan.products.slice(1).every(({from}, index) => from === plan.products[index]!.to));
		await release();
	});

	test(`${name}: one shard has nothing to exchange`, async t => {
		const {plan, release} = await open(given, {shards: 1});
		t.deepEqual(plan.products, []);
		await release();
	});

	test(`${name}: steps with exchanged factors are those of the oracle`, async t => {
		await isLikeOracle(t, given, {workers: 3});
	});

	test(`${name}: steps of one shard are those of the oracle`, async t => {
		await isLikeOracle(t, given, {shards: 1});
	});
	test(`${name}: the bits do not depend on the workers`, async t => {
		const bits: Array<ArrayLike<number>> = [];
		for (const workers of [1, 2, 3, 8]) {
			const opened = await open(given, {workers, optimizer: {name: 'adam', beta1: 0.9, beta2: 0.999, epsilon: 1e-7}});
			await train(given, opened, 2);
			bits.push(opened.parameters());
			await opened.release();
		}

		t.true(bits.every(parameters => isDeepStrictEqual(parameters, bits[0])));
	});

	test(`${name}: scores are those of the updated parameters`, async t => {
		const [two, oracle] = [await open(given, {workers: 2}), await open(given, {precision: 'float64'})];
		await train(given, two, 1);
		await train(given, oracle, 1);
		const expected = await oracle.predict(slotOf(given));
		for (const [index, score] of (await two.predict(slotOf(given))).entries()) {
			t.true(Math.abs(score - expected[index]!) < 1e-4);
		}

		await two.release();
		await oracle.release();
	});

	test(`${name}: state that is copied out and in goes on with the same bits, with other workers`, async t => {
		const through = await open(given, {workers: 3});
		await train(given, through, 2);
		const halfway = await open(given, {workers: 3});
		await train(given, halfway, 1);
		const state = halfway.copyOut();
		await halfway.release();
		const resumed = await open(given, {workers: 2});
		await train(given, resumed, 1, 7); // What was there before does not matter.
		resumed.copyIn(state);
		await train(given, resumed, 1, 2);
		t.deepEqual(resumed.parameters(), through.parameters());
		await resumed.release();
		await through.release();
	});
}
