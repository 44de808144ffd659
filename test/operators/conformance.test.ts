import test from 'ava';
import {builtInOperators} from '../../src/operators/registry.ts';
import noise from '../feed/fixtures/noise.ts';
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
};

for (const [name, operator] of Object.entries(builtInOperators)) {
	for (const options of table[name] ?? [{}]) {
		test(`${name} ${JSON.stringify(options)} keeps the contract of operators`, operatorConformance, operator, {options});
	}
}

test('an operator that draws at random keeps the contract of operators', operatorConformance, noise);

test('every built-in operator is in the table', t => {
	t.deepEqual(Object.keys(table).toSorted(), Object.keys(builtInOperators).toSorted());
});
