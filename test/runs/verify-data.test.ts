import test from 'ava';
import {verifyData} from '../../src/runs/verify-data.ts';
import {prepare} from './workspace.ts';

for (const stop of ['first', 'all', 'never']) {
	test(`of a mixture that is told to stop ${stop}, every source is read to its end, once`, async t => {
		const {loaded} = await prepare(t, `
version: 1
data:
  train:
    mix:
      - {from: {synthetic: {count: 20, shape: [4], classes: 2}}, weight: 9}
      - {from: {synthetic: {count: 300, shape: [4], classes: 2, seed: 1}}}
    stop: ${stop}
model: {layers: [{dense: {units: 2, activation: softmax}}]}
training: {loss: sparseCategoricalCrossentropy, stepsPerEpoch: 3}
`);
		t.like(await verifyData(loaded, {}), [{split: 'train', records: 320}]);
	});
}
