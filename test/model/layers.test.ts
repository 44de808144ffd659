import test from 'ava';
import type {Pads} from '../../src/model/layer.ts';
import {slide} from '../../src/model/windows.ts';
import {layerConformance, type LayerCase} from './layer-conformance.ts';

const cases: readonly LayerCase[] = [
	{layer: {dense: {units: 4}}, input: [6], output: [4], parameters: {'dense/kernel': [6, 4], 'dense/bias': [4]}},
	{layer: {dense: {units: 4, useBias: false, activation: 'tanh', name: 'first'}}, input: [6], output: [4], parameters: {'first/kernel': [6, 4]}},
	{layer: {dense: {units: 6, kernelInitializer: 'heNormal', biasInitializer: {constant: {value: 0.1}}}}, input: [6], output: [6], parameters: {'dense/kernel': [6, 6], 'dense/bias': [6]}},
	{layer: {conv2d: {filters: 4, kernelSize: 3}}, input: [7, 6, 2], output: [5, 4, 4], parameters: {'conv2d/kernel': [3, 3, 2, 4], 'conv2d/bias': [4]}},
	{layer: {conv2d: {filters: 2, kernelSize: [3, 2], padding: 'same', useBias: false}}, input: [7, 6, 2], output: [7, 6, 2], parameters: {'conv2d/kernel': [3, 2, 2, 2]}},
	{layer: {conv2d: {filters: 1, kernelSize: 2, strides: [2, 3], padding: 'same'}}, input: [7, 7, 1], output: [4, 3, 1], parameters: {'conv2d/kernel': [2, 2, 1, 1], 'conv2d/bias': [1]}},
	{layer: 'maxPooling2d', input: [7, 6, 2], output: [3, 3, 2]},
	{layer: {maxPooling2d: {poolSize: 2, padding: 'same'}}, input: [7, 6, 2], output: [4, 3, 2]},
	{layer: {maxPooling2d: {poolSize: 3, strides: 1}}, input: [7, 6, 2], output: [5, 4, 2]},
	{layer: {averagePooling2d: {poolSize: [1, 2]}}, input: [7, 6, 2], output: [7, 3, 2]},
	{layer: 'flatten', input: [4, 3, 2], output: [24]},
	{layer: 'flatten', input: [5], output: [5]},
	{layer: {reshape: {targetShape: [2, 12]}}, input: [4, 3, 2], output: [2, 12]},
	{layer: {dropout: {rate: 0.3}}, input: [4, 3, 2], output: [4, 3, 2]},
	{layer: {activation: {activation: 'relu'}}, input: [4, 3], output: [4, 3]},
];

for (const layer of cases) {
	test(layerConformance, layer);
}

/** Output lengths and the place of the first window, by calling Keras 3.15.1's compute_output_shape and ops.conv. */
const windows: ReadonlyArray<readonly [length: number, window: number, stride: number, same: number, valid: number, before: number, after: number]> = [
	[28, 5, 1, 28, 24, 2, 2],
	[28, 3, 2, 14, 13, 0, 1],
	[7, 3, 2, 4, 3, 1, 1],
	[7, 2, 3, 3, 2, 0, 1],
	[5, 5, 2, 3, 1, 2, 2],
	[10, 3, 4, 3, 2, 0, 1],
	[6, 4, 1, 6, 3, 1, 2],
];

for (const [length, window, stride, same, valid, before, after] of windows) {
	test(`a window of ${window} in steps of ${stride} over ${length} lies where Keras puts it`, t => {
		const options = {window: [window, 1], strides: [stride, 1]} as const;
		const pads: Pads = {top: before, bottom: after, left: 0, right: 0};
		t.deepEqual(slide([length, 9], {...options, padding: 'same'}), {output: [same, 9], pads});
		t.deepEqual(slide([length, 9], {...options, padding: 'valid'}), {output: [valid, 9], pads: {top: 0, bottom: 0, left: 0, right: 0}});
		t.deepEqual(slide([9, length], {window: [1, window], strides: [1, stride], padding: 'same'}), {output: [9, same], pads: {top: 0, bottom: 0, left: before, right: after}});
	});
}
