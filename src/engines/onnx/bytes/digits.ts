import {columnSums} from '../lowerings/dense.ts';
import type {LoweringContext} from '../value.ts';

/** Of signed digits of one byte: each is a whole number from −127 to 127. */
const base = 254;
const largestDigit = 127;
/** Three resolve 2⁻²⁴ of a column's largest element: half a unit in the last place of a float32 that large. */
const weights = [1, 1 / base, 1 / base ** 2] as const;
/** A column of zeros is divided by this. */
const leastPeak = 1e-30;

/** A matrix as the sum over its digits, [rows, columns] int8, times the scales of their columns, [columns]. */
export type Digits = ReadonlyArray<{readonly digits: string; readonly scales: string}>;

/**
 * Splits a matrix [rows, columns] into digits, as do the error-free transformations of Ozaki et al., "Error-free
 * transformations of matrix multiplication by using fast routines of matrix multiplication" (2012). The scales of a
 * column that holds something that is not finite are not finite.
 */
export const splitDigits = (context: LoweringContext, matrix: string, rows: number): Digits => {
	const {graph} = context;
	const {node, scalar} = graph;
	const largest = node('Max', [node('ReduceMax', [node('Abs', [matrix])], {axes: [0], keepdims: 1}), scalar(leastPeak)]);
	// The runtime's maximum passes over what is no number, and so do digits.
	const peaks = node('Add', [largest, node('Mul', [columnSums(context, matrix, rows), scalar(0)])]);
	const zero = graph.constant([0], 'int8', []);
	let rest = node('Mul', [matrix, node('Div', [scalar(largestDigit), largest])]);
	return weights.map((weight, index) => {
		const digits = node('QuantizeLinear', [rest, scalar(weight), zero]);
		if (index < weights.length - 1) {
			rest = node('Sub', [rest, node('DequantizeLinear', [digits, scalar(weight), zero])]);
		}

		return {digits, scales: graph.view(node('Mul', [peaks, scalar(weight / largestDigit)]), [-1])};
	});
};

/** The digits of a parameter [rows, columns]: where a step has many passes, they are made once before them. */
export const splitParameter = (context: LoweringContext, name: string, [rows, columns]: readonly [number, number]): Digits => {
	const {prelude} = context;
	if (prelude === undefined) {
		return splitDigits(context, name, rows);
	}

	const {graph, give} = prelude;
	return splitDigits({...context, graph}, graph.input(name, 'float32', [rows, columns]), rows).map(({digits, scales}) => ({
		digits: give(digits, {shape: [rows, columns], dtype: 'int8'}),
		scales: give(scales, {shape: [columns], dtype: 'float32'}),
	}));
};

/** Products with more terms than this could leave the range of an int32. */
export const mostTerms = Math.floor(2 ** 31 / (255 * 128));

/**
 * Bytes [rows, terms] times a matrix [terms, columns] in digits, times a number, plus what is added to every row, [columns]:
 * products of integers, exact until the digits' are added.
 */
export const multiplyBytes = ({graph}: LoweringContext, bytes: string, digits: Digits, {factor, bias = []}: {readonly factor: number; readonly bias?: readonly string[]}): string => {
	const products = digits.map(({digits: part, scales}, index) =>
		graph.contributed('MatMulIntegerToFloat', [bytes, part, graph.scalar(factor), scales, ...(index === 0 && bias.length > 0 ? ['', '', ...bias] : [])]));
	return graph.node('Sum', products.toReversed()); // The small ones first.
};
