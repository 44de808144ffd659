import test from 'ava';
import fc from 'fast-check';
import {minimalFiltering, pointOfOnes, transpose, type Matrix} from '../../../src/engines/onnx/blocked/toom-cook.ts';

const apply = (matrix: Matrix, vector: readonly number[]): readonly number[] =>
	matrix.map(row => row.reduce((sum, factor, index) => sum + factor * vector[index]!, 0));
const product = (a: readonly number[], b: readonly number[]): readonly number[] => a.map((value, index) => value * b[index]!);
const closeTo = (actual: readonly number[], expected: readonly number[]): boolean =>
	actual.length === expected.length && actual.every((value, index) => Math.abs(value - expected[index]!) < 1e-9 * Math.max(1, ...expected.map(Math.abs)));

const sizes = fc.record({outputs: fc.integer({min: 1, max: 4}), taps: fc.integer({min: 1, max: 5})});
const given = sizes.chain(size => fc.record({
	size: fc.constant(size),
	pixels: fc.array(fc.integer({min: -9, max: 9}), {minLength: size.outputs + size.taps - 1, maxLength: size.outputs + size.taps - 1}),
	taps: fc.array(fc.integer({min: -9, max: 9}), {minLength: size.taps, maxLength: size.taps}),
	gradient: fc.array(fc.integer({min: -9, max: 9}), {minLength: size.outputs, maxLength: size.outputs}),
}));

test('a minimal filtering is the filter', t => {
	fc.assert(fc.property(given, ({size: {outputs, taps: count}, pixels, taps}) => {
		const {input, kernel, output, products} = minimalFiltering(outputs, count);
		t.is(products, outputs + count - 1);
		const expected = Array.from({length: outputs}, (_, at) => taps.reduce((sum, tap, index) => sum + tap * pixels[at + index]!, 0));
		t.true(closeTo(apply(output, product(apply(kernel, taps), apply(input, pixels))), expected));
	}));
});

test('the transposed matrices give the gradient of the taps', t => {
	fc.assert(fc.property(given, ({size: {outputs, taps: count}, pixels, gradient}) => {
		const {input, kernel, output} = minimalFiltering(outputs, count);
		const expected = Array.from({length: count}, (_, tap) => gradient.reduce((sum, value, at) => sum + value * pixels[at + tap]!, 0));
		t.true(closeTo(apply(transpose(kernel), product(apply(transpose(output), gradient), apply(input, pixels))), expected));
	}));
});

test('one product goes into every output as it is', t => {
	t.true(minimalFiltering(4, 5).output.every(row => row[pointOfOnes] === 1));
});
