import test from 'ava';
import {dropoutMask} from '../../src/kernels/dropout-mask.ts';
import {keyOf} from '../../src/random/generator.ts';

const draw = ({rows, size, ...place}: Partial<Omit<Parameters<typeof dropoutMask>[0], 'out'>> & {readonly rows: number; readonly size: number}): Float32Array => {
	const out = new Float32Array(rows * size).fill(-1);
	dropoutMask({key: keyOf(3), step: 1, layer: 2, firstRow: 0, rate: 0.5, rows, size, ...place, out});
	return out;
};

for (const rate of [0.1, 0.25, 0.5, 0.9]) {
	test(`a mask of rate ${rate} holds 0 in that share and 1 / (1 − rate) else`, t => {
		const mask = draw({rows: 200, size: 501, rate});
		const kept = Math.fround(1 / (1 - rate));
		t.true(mask.every(value => value === 0 || value === kept));
		const share = mask.filter(value => value === 0).length / mask.length;
		t.true(Math.abs(share - rate) < 5 * Math.sqrt(rate * (1 - rate) / mask.length), `share: ${share}`);
	});
}

test('rate 0 keeps everything as it is', t => {
	t.true(draw({rows: 7, size: 33, rate: 0}).every(value => value === 1));
});

for (const size of [8, 9]) {
	test(`rows of ${size} have the same bits however the batch is cut`, t => {
		const whole = draw({rows: 10, size});
		for (let cut = 1; cut < 10; cut++) {
			const head = draw({rows: cut, size});
			const tail = draw({firstRow: cut, rows: 10 - cut, size});
			t.deepEqual([...head, ...tail], [...whole]);
		}
	});
}

test('key, step, layer and row each change the mask', t => {
	const mask = draw({rows: 1, size: 64});
	for (const other of [{key: keyOf(4)}, {step: 2}, {layer: 3}, {firstRow: 1}]) {
		t.notDeepEqual(draw({rows: 1, size: 64, ...other}), mask);
	}
});

test('neighbouring elements, rows and steps are independent', t => {
	const rows = 300;
	const size = 200;
	const bits = (step: number) => draw({rows, size, step}).map(value => (value === 0 ? -1 : 1));
	const [mask, next] = [bits(1), bits(2)];
	const agreement = (other: (index: number) => number): number => {
		let sum = 0;
		for (let index = 0; index < mask.length - size; index++) {
			sum += mask[index]! * other(index);
		}

		return Math.abs(sum) / Math.sqrt(mask.length - size);
	};

	t.true(agreement(index => mask[index + 1]!) < 5);
	t.true(agreement(index => mask[index + size]!) < 5);
	t.true(agreement(index => next[index]!) < 5);
});
