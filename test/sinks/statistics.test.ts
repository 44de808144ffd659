import test from 'ava';
import {createRandom, keyOf} from '../../src/random/generator.ts';
import {statistics, type Statistics} from '../../src/sinks/statistics.ts';
import type {Example, ExampleSpec} from '../../src/tensor/example.ts';

const momentsOf = (values: readonly number[]) => {
	const mean = values.reduce((a, b) => a + b, 0) / values.length;
	return {mean, deviation: Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length)};
};

const run = async (examples: readonly Example[], classes?: readonly string[]): Promise<Statistics> => {
	const spec: ExampleSpec = {features: {shape: [7], dtype: 'float32'}, label: {shape: [], dtype: 'int32'}, count: undefined, ...(classes && {classes})};
	const sink = await statistics.create({}, {directory: '.', spec});
	for (const example of examples) {
		await sink.write(example);
	}

	return await sink.finish() as Statistics;
};

test('counts, means and deviations are those of all elements at once', async t => {
	const random = createRandom(keyOf(1));
	const examples = Array.from({length: 300}, (_, index): Example => ({
		index, source: 'x', label: random.integer(index, 3), features: Float32Array.from({length: 7}, (_, element) => 100 + 3 * random.normal(index * 7 + element)),
	}));
	const {classes, ...all} = await run(examples, ['a', 'b', 'c']);
	const check = ({mean, deviation}: {readonly mean: number; readonly deviation: number}, chosen: readonly Example[]): void => {
		const expected = momentsOf(chosen.flatMap(({features}) => [...features]));
		t.true(Math.abs(mean - expected.mean) < 1e-10);
		t.true(Math.abs(deviation - expected.deviation) < 1e-9);
	};

	t.is(all.examples, 300);
	check(all, examples);
	for (const [label, moments] of classes.entries()) {
		const own = examples.filter(example => example.label === label);
		t.is(moments.name, 'abc'.charAt(label));
		t.is(moments.examples, own.length);
		check(moments, own);
	}
});

test('one-hot labels count for the class of their one; a class without examples is listed', async t => {
	const features = Float32Array.of(1, 1, 1, 1, 1, 1, 1);
	const {classes} = await run([{index: 0, source: 'x', label: Float32Array.of(0, 0, 1), features}], ['a', 'b', 'c']);
	t.deepEqual(classes.map(({name, examples}) => [name, examples]), [['a', 0], ['b', 0], ['c', 1]]);
	t.is(classes[2]!.deviation, 0);
});
