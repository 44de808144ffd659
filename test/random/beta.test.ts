import test from 'ava';
import {betaOf} from '../../src/random/beta.ts';
import {fillNormal} from '../../src/random/fill-normal.ts';
import {createRandom, keyOf} from '../../src/random/generator.ts';

const moments = (values: readonly number[]): {readonly mean: number; readonly variance: number} => {
	const mean = values.reduce((a, b) => a + b, 0) / values.length;
	return {mean, variance: values.reduce((sum, value) => sum + ((value - mean) ** 2), 0) / values.length};
};

for (const alpha of [0.2, 1, 4]) {
	test(`Beta(${alpha}, ${alpha}) has its mean and variance`, t => {
		const random = createRandom(keyOf(3));
		const values = Array.from({length: 20_000}, (_, index) => betaOf(random.fork(index), alpha));
		t.true(values.every(value => value >= 0 && value <= 1));
		const {mean, variance} = moments(values);
		const expected = 1 / (4 * ((2 * alpha) + 1));
		t.true(Math.abs(mean - 0.5) < 0.01, `mean ${mean}`);
		t.true(Math.abs((variance / expected) - 1) < 0.04, `${variance} for ${expected}`);
	});
}

test('normal numbers have mean 0 and variance 1, and do not depend on the length of the array', t => {
	const random = createRandom(keyOf(5));
	const values = new Float32Array(20_001);
	fillNormal(random, 1, values);
	const {mean, variance} = moments([...values]);
	t.true(Math.abs(mean) < 0.03, `mean ${mean}`);
	t.true(Math.abs(variance - 1) < 0.03, `variance ${variance}`);
	const short = new Float32Array(7);
	fillNormal(random, 1, short);
	t.deepEqual(short, values.slice(0, 7));
	fillNormal(random, 2, short);
	t.notDeepEqual(short, values.slice(0, 7));
});
