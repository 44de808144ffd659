import process from 'node:process';
import test from 'ava';
import {jsonFault} from '../../src/feed/json-fault.ts';

const told = test.macro({
	title: (_, what: string) => `${what} is told with its place`,
	exec(t, _: string, value: unknown, fault: string | undefined) {
		t.is(jsonFault(value), fault);
	},
});

test(told, 'what is no number', [{mean: [1, Number.NaN]}], 'NaN at `[0].mean[1]`');
test(told, 'a value of its own', new Map(), 'a value of type Map');
test(told, 'a function inside', {a: {b: [() => 1]}}, 'a function at `a.b[0]`');

const own: Record<string, unknown> = {};
own['a'] = [own];
test(told, 'what holds itself', own, 'a value that holds itself at `a[0]`');

test('what JSON gives back has no fault', t => {
	const twice = {a: 1};
	t.is(jsonFault({a: null, b: undefined, c: ['x', true, -0.5], d: Object.create(null), twice: [twice, twice]}), undefined);
});

test('a state with a number for every element of a large record costs no memory', t => {
	const mean = Array.from({length: 1_000_000}, (_, index) => index / 2);
	const before = process.memoryUsage().heapUsed;
	t.is(jsonFault({mean}), undefined);
	t.true(process.memoryUsage().heapUsed - before < 32 * 1024 * 1024);
});
