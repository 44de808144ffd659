import test from 'ava';
import {builtInOperators} from '../../src/operators/registry.ts';
import noise from '../feed/fixtures/noise.ts';
import type {ExampleSpec} from '../../src/tensor/example.ts';
import {operatorConformance} from './conformance.ts';

const table: Record<string, readonly unknown[]> = {
	normalize: [{}, {from: [0, 100], to: [-1, 1]}],
	standardize: [{}, {per: 'feature'}],
	reshape: [{shape: [6]}, {shape: [3, 2, 1]}],
	'one-hot': [{}, {classes: 5}],
	cast: [{dtype: 'float64'}, {dtype: 'int16'}],
	filter: [{labels: [1]}, {except: [0, 1]}, {records: {from: 2, before: 5}}],
	take: [{count: 3}, {count: 100}],
	skip: [{count: 3}],
	'map-label': [{map: Object.fromEntries([['0', 1], ['1', 0]])}, {map: Object.fromEntries([['0', 1]]), otherwise: 0, classes: ['rest', 'first']}],
	pad: [{}, {padding: [[0, 2], [1, 0]], value: 9}],
	resize: [{height: 4, width: 2}, {height: 1, width: 5, interpolation: 'nearest'}, {height: 3, width: 3, cropToAspectRatio: true}],
	'random-flip': [{}, {mode: 'vertical'}],
	'random-crop': [{height: 1, width: 2}, {height: 2, width: 3}],
	'random-shift': [{heightFactor: 0.5, widthFactor: [-0.2, 0.9]}, {widthFactor: 1, fillMode: 'wrap', interpolation: 'nearest'}],
	'random-rotation': [{factor: 0.5}, {factor: [0.1, 0.2], fillMode: 'constant', fillValue: 300}],
	'random-erasing': [{}, {factor: [0.5, 0.5], scale: [0.3, 1], fillValue: 7}],
	noise: [{stddev: 2}, {stddev: 0, when: 'always'}],
	mixup: [{window: 4}, {window: 5, alpha: 3}],
};

/** What comes before an operator that does not take the usual records. */
const specs: Readonly<Record<string, ExampleSpec>> = {
	mixup: {features: {shape: [2, 3], dtype: 'uint8'}, label: {shape: [3], dtype: 'float32'}, count: 12},
};

for (const [name, operator] of Object.entries(builtInOperators)) {
	for (const options of table[name] ?? [{}]) {
		test(`${name} ${JSON.stringify(options)} keeps the contract of operators`, operatorConformance, operator, {options, ...(specs[name] && {spec: specs[name]})});
	}
}

test('an operator that draws at random keeps the contract of operators', operatorConformance, noise);

test('every built-in operator is in the table', t => {
	t.deepEqual(Object.keys(table).toSorted(), Object.keys(builtInOperators).toSorted());
});
