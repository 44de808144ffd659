import test from 'ava';
import {from, lastValueFrom, toArray} from 'rxjs';
import {inputMapOf, planOperators} from '../../src/operators/plan.ts';
import {isModuleName, resolveOperators} from '../../src/operators/resolve.ts';
import {operatorsSchema, type OperatorConfig} from '../../src/operators/schema.ts';
import {createRandom, keyOf} from '../../src/random/generator.ts';
import {createMeter} from '../../src/stream/meter.ts';
import type {Example, ExampleSpec} from '../../src/tensor/example.ts';
import {createMoments} from '../../src/tensor/moments.ts';
import {applyInputMap} from '../helpers/apply-input-map.ts';
import {examplesOf} from './conformance.ts';

const spec: ExampleSpec = {
	features: {shape: [4, 4], dtype: 'uint8'}, label: {shape: [], dtype: 'int32'}, count: 12, classes: ['a', 'b', 'c'],
};

const resolve = async (configs: readonly OperatorConfig[]) => resolveOperators(configs, {
	async loadModule() {
		throw new Error('no modules here');
	},
});

async function * iterate(examples: readonly Example[]): AsyncGenerator<Example> {
	yield * examples;
}

/** Runs operators over examples in plain RxJS. */
const run = async (configs: readonly OperatorConfig[], examples: readonly Example[]): Promise<Example[]> => {
	const {steps, specs} = planOperators(await resolve(configs), spec, {fuse: false});
	let stream = [...examples];
	for (const [index, step] of steps.entries()) {
		const input = specs[index]!;
		const state = await step.fit?.(iterate(stream), input);
		const operator = step.create({
			signal: new AbortController().signal, epoch: 1, training: true, meter: createMeter(), random: createRandom(keyOf(1)), input,
		}, state);
		stream = await lastValueFrom(operator(from(stream)).pipe(toArray()));
	}

	return stream;
};

test('normalize maps one range to another in float32', async t => {
	const [first] = await run([{normalize: {from: [0, 255], to: [-1, 1]}}], [{
		index: 0, source: 'test', features: Uint8Array.of(0, 51, 255), label: 0,
	}]);
	t.deepEqual(first!.features, Float32Array.of(-1, Math.fround(Math.fround(51 * Math.fround(2 / 255)) - 1), 1));
});

test('filter lets record numbers pass from the first on and before the last', async t => {
	const {examples} = examplesOf(spec, 8);
	const kept = await run([{filter: {records: {from: 2, before: 5}}}], examples);
	t.deepEqual(kept.map(({index}) => index), [2, 3, 4]);
});

test('standardize gives mean 0 and deviation 1', async t => {
	const {examples} = examplesOf(spec, 200);
	for (const per of ['all', 'feature']) {
		const out = await run([{standardize: {per}}], examples);
		const moments = createMoments(per === 'all' ? 1 : 16);
		for (const {features} of out) {
			moments.add(features);
		}

		const {mean, variance} = moments.result();
		t.true(mean.every(value => Math.abs(value) < 1e-6));
		t.true(variance.every(value => Math.abs(value - 1) < 1e-5));
	}
});

test('the moments of one pass are those of the definition, far from zero too', t => {
	const values = Array.from({length: 1000}, (_, index) => 1e9 + ((index * 37) % 101));
	const moments = createMoments(1);
	for (let first = 0; first < values.length; first += 8) {
		moments.add(Float64Array.from(values.slice(first, first + 8)));
	}

	const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
	const variance = values.reduce((sum, value) => sum + ((value - mean) ** 2), 0) / values.length;
	const result = moments.result();
	t.true(Math.abs(result.mean[0]! - mean) < 1e-6);
	t.true(Math.abs((result.variance[0]! / variance) - 1) < 1e-9);
});

test('a feature that never varies is only centred', async t => {
	const examples = [1, 2].map(index => ({
		index, source: 'test', features: Uint8Array.of(5, index), label: 0,
	}));
	const out = await run([{standardize: {per: 'feature'}}], examples);
	t.deepEqual(out.map(({features}) => [...features]), [[0, -1], [0, 1]]);
});

test('epsilon is added to the variance', async t => {
	const examples = [1, 3].map(value => ({index: value, source: 'test', features: Uint8Array.of(value), label: 0}));
	const out = await run([{standardize: {epsilon: 3}}], examples);
	t.deepEqual(out.map(({features}) => [...features]), [[-0.5], [0.5]]);
});

test('an operator without its state leaves nothing to the engine, and one that fits no example is refused', async t => {
	const plan = planOperators(await resolve(['standardize', 'normalize']), spec);
	t.is(inputMapOf(plan, {}).affine.length, 1);
	const state = {count: 1, mean: [1, 2, 3], deviation: [1, 1, 1]};
	t.throws(() => inputMapOf(plan, {0: state}), {instanceOf: RangeError, message: 'Expected one number or 16. Received: 3'});
});

test('one-hot refuses a label beyond its classes', async t => {
	await t.throwsAsync(run([{'one-hot': {classes: 2}}], [{
		index: 0, source: 'test', features: new Uint8Array(16), label: 2,
	}]), {message: 'expected a label of 0 to 1, got 2'});
});

test('map-label puts classes together', async t => {
	const {examples} = examplesOf(spec, 6);
	const out = await run([{'map-label': {map: Object.fromEntries([['0', 7]]), otherwise: 1}}], examples);
	t.deepEqual(out.map(({label}) => label), [7, 1, 1, 7, 1, 1]);
});

const fuses = test.macro({
	async exec(t, configs: readonly OperatorConfig[], fusedFrom: number) {
		const {examples} = examplesOf(spec, 12);
		const expected = await run(configs, examples);
		const plan = planOperators(await resolve(configs), spec);
		t.is(plan.fusedFrom, fusedFrom);
		const states: Record<string, unknown> = {};
		for (const [index, step] of plan.steps.entries()) {
			const before = await run(configs.slice(0, index), examples);
			const state = await step.fit?.(iterate(before), plan.specs[index]!);
			// What a checkpoint gives back.
			const text = JSON.stringify(state ?? null);
			states[String(index)] = JSON.parse(text);
		}

		const map = inputMapOf(plan, states);
		const rows = await run(configs.slice(0, fusedFrom), examples);
		t.deepEqual(map.features, {shape: plan.output.features.shape, dtype: 'float32'});
		for (const [index, row] of rows.entries()) {
			const fused = applyInputMap(map, row);
			t.deepEqual(fused.features, Float32Array.from(expected[index]!.features));
			t.deepEqual(fused.label, expected[index]!.label);
		}
	},
	title: (_, configs) => `fused or not, the numbers are the same: ${JSON.stringify(configs)}`,
});

test(fuses, ['normalize'], 0);
test(fuses, ['normalize', {reshape: {shape: [16]}}, 'one-hot'], 0);
test(fuses, [{standardize: {per: 'feature'}}, {normalize: {from: [-1, 1]}}], 0);
test(fuses, [{take: {count: 5}}, 'standardize', 'one-hot'], 1);
test(fuses, ['normalize', {cast: {dtype: 'float64'}}, 'normalize'], 2);
test(fuses, ['normalize', {take: {count: 3}}], 2);
test(fuses, [{normalize: {from: [0, 255], to: [-128, 127]}}], 0);
test(fuses, [], 0);

test('nothing is fused on request', async t => {
	const plan = planOperators(await resolve(['normalize', 'one-hot']), spec, {fuse: false});
	t.is(plan.fusedFrom, 2);
	const map = inputMapOf(plan, {});
	t.deepEqual(map, {
		slot: {features: {shape: [4, 4], dtype: 'float32'}, label: {shape: [3], dtype: 'float32'}},
		affine: [], oneHot: undefined,
		features: {shape: [4, 4], dtype: 'float32'},
		label: {shape: [3], dtype: 'float32'},
	});
});

test('a fused stream carries the bytes of the records', async t => {
	const map = inputMapOf(planOperators(await resolve(['normalize', {reshape: {shape: [4, 4, 1]}}, 'one-hot']), spec), {});
	t.deepEqual(map.slot, {features: {shape: [4, 4], dtype: 'uint8'}, label: {shape: [], dtype: 'int32'}});
	t.deepEqual(map.label, {shape: [3], dtype: 'float32'});
	t.deepEqual(map.oneHot, {classes: 3});
	t.is(map.affine.length, 1);
});

const refused = test.macro({
	async exec(t, configs: readonly OperatorConfig[], code: string, message: RegExp) {
		await t.throwsAsync(async () => planOperators(await resolve(configs), spec), {code, message});
	},
	title: (_, configs) => `refused: ${JSON.stringify(configs)}`,
});

test(refused, [{reshape: {shape: [5, 5]}}], 'OPERATOR_SPEC', /"reshape".*25 elements for 5 × 5, received 16 elements \(4 × 4 uint8\)/u);
test(refused, ['one-hot', 'one-hot'], 'OPERATOR_SPEC', /"one-hot".*class index.*label 3 float32/u);
test(refused, ['one-hot', {filter: {labels: [1]}}], 'OPERATOR_SPEC', /"filter"/u);
test(refused, [{'map-label': {map: Object.fromEntries([['0', 1]])}}, 'one-hot'], 'OPERATOR_SPEC', /source names none/u);
test(refused, [{filter: {}}], 'OPERATOR_OPTIONS', /`labels`, `except` or `records`/u);
test(refused, [{normalize: {from: [1, 1]}}], 'OPERATOR_OPTIONS', /two different numbers/u);
test(refused, [{take: {n: 1}}], 'OPERATOR_OPTIONS', /`count`/u);
test(refused, ['constructor'], 'OPERATOR_UNKNOWN', /no operator "constructor"/u);
test(refused, ['blur'], 'OPERATOR_UNKNOWN', /no operator "blur"/u);

test('counts are followed through the operators', async t => {
	const {specs} = planOperators(await resolve([{skip: {count: 2}}, {take: {count: 7}}, {filter: {labels: [0]}}, {take: {count: 1}}]), spec);
	t.deepEqual(specs.map(({count}) => count), [12, 10, 7, undefined, undefined]);
	t.is(planOperators(await resolve([{skip: {count: 20}}]), spec).output.count, 0);
});

test('names are told from modules', t => {
	const modules = ['./a.js', '../a.ts', '/a.mjs', 'https://example.com/a', 'file:///a.js', 'a.js', String.raw`.\a.js`];
	const names = ['normalize', 'one-hot', 'map-label'];
	t.deepEqual([...modules, ...names].filter(name => isModuleName(name)), modules);
});

test('an operator of a definition is a name, or a name with options', t => {
	t.deepEqual(operatorsSchema.parse(['normalize', {reshape: {shape: [1]}}]), ['normalize', {reshape: {shape: [1]}}]);
	t.deepEqual(operatorsSchema.parse(undefined), []);
	t.false(operatorsSchema.safeParse([{normalize: {}, reshape: {}}]).success);
	t.false(operatorsSchema.safeParse([{normalize: 1}]).success);
});
