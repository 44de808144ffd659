import test from 'ava';
import {createOptimizer} from '../../src/optimizers/registry.ts';
import type {OptimizerConfig} from '../../src/optimizers/config.ts';
import {initialState} from '../../src/runs/session.ts';
import {modelOf, type Case} from '../engines/cases.ts';
import {optionsOf} from '../engines/engine-conformance.ts';

const given: Case = {
	title: 'a small network', input: [3], rows: 4, padding: 0, loss: 'sparseCategoricalCrossentropy', label: 'index', layers: [{dense: {units: 2, activation: 'softmax'}}],
};

const stateOf = (optimizer: OptimizerConfig) => initialState({model: modelOf(given), options: {...optionsOf(given, {shards: 1}), optimizer}}, 1);

test('slots that begin with zeros are left to new workers, which have zeros', t => {
	const adam: OptimizerConfig = {name: 'adam', beta1: 0.9, beta2: 0.999, epsilon: 1e-7};
	t.true(createOptimizer(adam).slots.length > 0);
	t.deepEqual(Object.keys(stateOf(adam)), ['parameters']);
});

test('slots that begin with another number are filled with it', t => {
	const {parameters, ...slots} = stateOf({name: 'adagrad', initialAccumulatorValue: 0.5, epsilon: 1e-7});
	t.is(parameters!.length, 8);
	t.deepEqual(Object.values(slots), [new Float32Array(8).fill(0.5)]);
});
