import test from 'ava';
import {map, mergeMap, of, Subject, type OperatorFunction} from 'rxjs';
import {createError, type ThreadloomError} from '../../src/errors/threadloom-error.ts';
import {resilient} from '../../src/feed/resilient.ts';
import type {Example} from '../../src/tensor/example.ts';

const exampleOf = (index: number): Example => ({index, source: 'test', features: Uint8Array.of(index), label: 0});
const failure = (): ThreadloomError => createError('OPERATOR_FAILED', {operator: 'mine', reason: 'it failed'});

const run = (operator: OperatorFunction<Example, Example>, holds: boolean) => {
	const source = new Subject<Example>();
	const [left, out, errors]: [number[], number[], unknown[]] = [[], [], []];
	source.pipe(resilient(operator, {
		holds,
		reject({index}) {
			left.push(index);
		},
	})).subscribe({
		next({index}) {
			out.push(index);
		},
		error(error: unknown) {
			errors.push(error);
		},
	});
	return {source, left, out, errors};
};

test('a record on which an operator fails at once is left out', t => {
	const {source, left, out, errors} = run(map(example => {
		if (example.index === 1) {
			throw failure();
		}

		return example;
	}), true);
	for (const index of [0, 1, 2]) {
		source.next(exampleOf(index));
	}

	t.deepEqual({left, out, errors}, {left: [1], out: [0, 2], errors: []});
});

test('a failure while another record is on its way ends the stream: whose it is cannot be told', t => {
	const {source, left, out, errors} = run(mergeMap(example => {
		if (example.index === 1) {
			throw failure();
		}

		return new Subject<Example>(); // It never lets the first one out.
	}), true);
	source.next(exampleOf(0));
	source.next(exampleOf(1));
	t.deepEqual({left, out, codes: errors.map(error => (error as ThreadloomError).code)}, {left: [], out: [], codes: ['OPERATOR_FAILED']});
});

test('a failure when no record was given ends the stream, and so does one of the source', t => {
	const later = new Subject<Example>();
	const waiting = run(mergeMap(() => later), false);
	waiting.source.next(exampleOf(0));
	later.error(failure());
	t.is(waiting.errors.length, 1);
	const failing = run(mergeMap(example => of(example)), true);
	failing.source.next(exampleOf(0));
	failing.source.error(failure());
	t.deepEqual({left: failing.left, out: failing.out, count: failing.errors.length}, {left: [], out: [0], count: 1});
});

test('a failure of the source is not taken for one of the operator, even while a record is on its way', t => {
	const source = new Subject<Example>();
	const left: number[] = [];
	const errors: unknown[] = [];
	source.pipe(resilient(map(example => example), {
		holds: true,
		reject({index}) {
			left.push(index);
		},
	})).subscribe({
		next() {
			source.error(failure());
		},
		error(error: unknown) {
			errors.push(error);
		},
	});
	source.next(exampleOf(0));
	t.deepEqual({left, count: errors.length}, {left: [], count: 1});
});
