import test from 'ava';
import {multiplyBytes, splitDigits} from '../../../src/engines/onnx/bytes/digits.ts';
import {bytes} from '../../../src/engines/onnx/bytes/family.ts';
import {createOnnxEngine} from '../../../src/engines/onnx/engine.ts';
import {createGraph} from '../../../src/engines/onnx/graph-builder.ts';
import {rowsOfPass} from '../../../src/engines/onnx/passes.ts';
import {loadRuntime} from '../../../src/engines/onnx/runtime.ts';
import {agreesWithPlain} from '../../../src/engines/onnx/self-test.ts';
import {createReferenceEngine} from '../../../src/engines/reference/engine.ts';
import {initialParameters} from '../../../src/model/initial-parameters.ts';
import {createRandom, keyOf} from '../../../src/random/generator.ts';
import {modelOf, slotOf, type Case} from '../cases.ts';
import {optionsOf} from '../engine-conformance.ts';
import {openPlan} from '../run-plan.ts';

const runtime = await loadRuntime();

/** Many images of bytes before a dense layer, in five passes, the last rows of which are padding. */
const many: Case = {
	title: 'many images', input: [28, 28, 1], dtype: 'uint8', affine: [{scale: 1 / 255, offset: 0}], loss: 'categoricalCrossentropy', label: 'oneHot', rows: 11_000, padding: 7,
	layers: ['flatten', {dense: {units: 5, activation: 'sigmoid'}}, {dense: {units: 3, activation: 'softmax'}}],
};
const model = modelOf(many);
const parameters = initialParameters(model, {seed: 11, precision: 'float32'});
const isAble = await agreesWithPlain(runtime, bytes);

const familyOfCase = async (given: Case, options: Parameters<typeof optionsOf>[1] = {}): Promise<string> =>
	(await createOnnxEngine().probe(modelOf(given), optionsOf(given, options))).family;

test('many rows of many bytes are multiplied as integers, and others are not', async t => {
	t.is(await familyOfCase(many), isAble ? 'bytes' : 'plain');
	t.is(await familyOfCase({...many, affine: []}), isAble ? 'bytes' : 'plain');
	t.is(await familyOfCase(many, {lowering: 'plain'}), 'plain');
	t.is(await familyOfCase(many, {shards: 11}), 'plain');
	t.is(await familyOfCase({...many, dtype: 'float32'}), 'plain');
	t.is(await familyOfCase({...many, input: [500]}), 'plain');
	t.is(await familyOfCase({...many, affine: [{scale: 1 / 255, offset: -0.5}]}), 'plain');
	t.is(await familyOfCase({...many, layers: ['flatten', {dropout: {rate: 0.5}}, ...many.layers.slice(1)]}), 'plain');
});

test('rows of a pass are as many as bytes need', t => {
	t.is(rowsOfPass(model, 11_000, bytes), 2200);
	t.is(rowsOfPass(model, 11_000), 1223);
});

const stepOf = async (given: Case, {precision = 'float32', workers = 1, shards = 1, start = parameters, rates = [0]}: {readonly precision?: 'float32' | 'float64'; readonly workers?: number; readonly shards?: number; readonly start?: ArrayLike<number>; readonly rates?: readonly number[]} = {}) => {
	const engine = precision === 'float32' ? createOnnxEngine() : createReferenceEngine();
	const open = await openPlan(engine, modelOf(given), optionsOf(given, {precision, shards}), {parameters: start, workers});
	try {
		for (const [index, learningRate] of rates.entries()) {
			await open.step({number: index + 1, epoch: 1, learningRate, slot: slotOf(given)});
		}

		return {...open.outcome(), gradient: open.gradient()};
	} finally {
		await open.release();
	}
};

test('loss, hits and gradient are those of the same arithmetic in float64', async t => {
	const [actual, expected] = await Promise.all([stepOf(many), stepOf(many, {precision: 'float64'})]);
	t.true(Math.abs(actual.loss - expected.loss) < 1e-6);
	t.is(actual.correct, expected.correct);
	for (const {name, offset, shape} of model.layout) {
		const length = shape.reduce((product, size) => product * size, 1);
		const [tensor, exact] = [actual.gradient, expected.gradient].map(gradient => Float64Array.from(gradient).subarray(offset, offset + length));
		const largest = exact!.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
		t.true(largest > 0);
		t.true(tensor!.every((value, index) => Math.abs(value - exact![index]!) < 2e-6 * largest), `gradient of ${name}`);
	}
});

test('a step has the kernel of the step before it', async t => {
	const rates = [0.1, 0];
	const [actual, expected, unmoved] = await Promise.all([stepOf(many, {rates}), stepOf(many, {rates, precision: 'float64'}), stepOf(many)]);
	t.true(Math.abs(actual!.loss - expected!.loss) < 1e-5, `${actual!.loss} for ${expected!.loss}`);
	t.true(Math.abs(actual!.loss - unmoved!.loss) > 1e-3);
});

test('the bits are the same whichever worker runs a shard', async t => {
	const [one, two] = await Promise.all([1, 2].map(async workers => stepOf(many, {shards: 2, workers})));
	t.deepEqual(one, two);
});

for (const bad of [Number.NaN, Number.POSITIVE_INFINITY]) {
	test(`a kernel that holds ${bad} gives no finite step`, async t => {
		const start = parameters.slice();
		start[17] = bad;
		t.false((await stepOf(many, {start})).finite);
	});
}

/** The product of bytes and a matrix, both [16, 16], once each way. */
const multiply = async (x: Uint8Array, matrix: Float32Array): Promise<Float32Array> => {
	const graph = createGraph('product');
	const context = {graph, rows: 16};
	const product = multiplyBytes(context, graph.input('x', 'uint8', [16, 16]), splitDigits(context, graph.input('matrix', 'float32', [16, 16]), 16), {factor: 0.5});
	graph.output('y', product, 'float32', [16, 16]);
	const session = await runtime.open(graph.encode());
	const y = new Float32Array(256);
	await session.run({x: runtime.tensor('uint8', x, [16, 16]), matrix: runtime.tensor('float32', matrix, [16, 16])}, {y: runtime.tensor('float32', y, [16, 16])});
	await session.release();
	return y;
};

(isAble ? test : test.skip)('every column is as exact as its own largest element', async t => { // A processor whose products of bytes are not exact does not take the family.
	const random = createRandom(keyOf(4));
	const x = Uint8Array.from({length: 256}, (_, index) => random.integer(index, 256));
	for (const scaleOf of [() => 1, (column: number) => 10 ** (2 * column - 20), (column: number) => (column === 3 ? 0 : 1e-30)]) {
		const matrix = Float32Array.from({length: 256}, (_, index) => (random.uniform(1000 + index) - 0.5) * scaleOf(index % 16));
		const product = await multiply(x, matrix);
		for (let column = 0; column < 16; column++) {
			const elements = Array.from({length: 16}, (_, row) => matrix[row * 16 + column]!);
			const peak = Math.max(...elements.map(value => Math.abs(value)));
			for (let row = 0; row < 16; row++) {
				const bytesOfRow = x.subarray(row * 16, row * 16 + 16);
				const exact = 0.5 * elements.reduce((sum, value, term) => sum + value * bytesOfRow[term]!, 0);
				const bound = peak * bytesOfRow.reduce((sum, value) => sum + value, 0) * 2 ** -23;
				t.true(Math.abs(product[row * 16 + column]! - exact) <= bound, `column ${column}, row ${row}: ${product[row * 16 + column]} for ${exact}`);
			}
		}
	}
});

test('one byte and one number give the number to its last bits, and zeros nothing', async t => {
	const x = new Uint8Array(256);
	x[0] = 255;
	const matrix = new Float32Array(256);
	matrix[0] = 0.1;
	const product = await multiply(x, matrix);
	t.true(Math.abs(product[0]! - 12.75) < 1e-6);
	t.true(product.subarray(1).every(value => value === 0));
});
