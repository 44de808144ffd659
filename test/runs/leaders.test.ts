import fs from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import {resumeRun} from '../../src/runs/resume-run.ts';
import {runPipeline} from '../../src/runs/run-pipeline.ts';
import {prepare} from './workspace.ts';

/** Four steps an epoch, so large that the loss is least in epoch 1, then in epoch 3; of the first half of epoch 4 it is smaller still. */
const definition = `
version: 1
name: leaders
seed: 7
data:
  train: {synthetic: {count: 20, shape: [4], classes: 3}}
operators:
  - normalize: {from: [0, 255], to: [0, 1]}
batches: {size: 5, shuffle: none}
model:
  layers:
    - dense: {units: 3, activation: softmax}
training:
  optimizer: {sgd: {learningRate: 10, momentum: 0.9}}
  loss: sparseCategoricalCrossentropy
  epochs: 4
  engine: reference
  shards: 1
  restoreBest: true
  checkpoints: {everyEpochs: 1, keepLast: 1, keepBest: BEST}
sinks: []
`;

for (const [count, kept] of [[1, [4]], [2, [4, 12]]] as const) {
	test.serial(`checkpoints of the ${count} best epochs outlive later ones that are worse, after every resume and beside an epoch that was broken off`, async t => {
		const {loaded, out} = await prepare(t, definition.replace('BEST', String(count)));
		const through = await runPipeline(loaded, {out: `${out}-through`, progress: 'none'});
		t.deepEqual(through.report.history.map(({train: {loss}}, index) => [index + 1, loss]).toSorted(([, a], [, b]) => a! - b!).map(([epoch]) => epoch), [1, 3, 2, 4]);
		const isKept = async (step: number): Promise<void> => {
			const names = await fs.readdir(path.join(out, 'checkpoints'));
			t.deepEqual(names.toSorted(), [...kept.filter(best => best <= step), step].map(each => `step-${each}.ckpt`).toSorted());
		};

		await runPipeline(loaded, {out, progress: 'none', maxSteps: 8});
		await isKept(8);
		await resumeRun(out, {progress: 'none', maxSteps: 14});
		await isKept(14);
		const {report} = await resumeRun(out, {progress: 'none'});
		await isKept(16);
		t.is(report.parametersSha256, through.report.parametersSha256);
		t.is(report.training?.bestEpoch, 1);
	});
}
