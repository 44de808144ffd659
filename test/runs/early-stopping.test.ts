import fs from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import {resumeRun} from '../../src/runs/resume-run.ts';
import {runPipeline} from '../../src/runs/run-pipeline.ts';
import {killedAfter, prepare} from './workspace.ts';

/** It cannot learn, and has no validation share. */
const definition = `
version: 1
name: stopping
seed: 7
data:
  train: {synthetic: {count: 8, shape: [4, 4], classes: 2}}
batches: {size: 4, shuffle: none}
model:
  layers:
    - flatten
    - dense: {units: 2, activation: softmax}
training:
  optimizer: {sgd: {learningRate: 0.000000000001}}
  loss: sparseCategoricalCrossentropy
  epochs: 6
  engine: reference
  checkpoints: {everySteps: 1, keepLast: 100}
  earlyStopping: {patience: 2, minDelta: 0.1}
sinks: []
`;

test('a training without a validation share stops when its loss no longer improves', async t => {
	const {loaded, out} = await prepare(t, definition);
	const {report} = await runPipeline(loaded, {out});
	t.is(report.training!.stopped, 'earlyStopping');
	t.is(report.history.length, 3);
});

test('a run that recorded a monitor which is refused now goes on with what it had', async t => {
	const {loaded, out} = await prepare(t, definition.replace('epochs: 6', 'epochs: 3'));
	await runPipeline(loaded, {out});
	const killed = await killedAfter(out, 3);
	const effective = path.join(killed, 'effective.json');
	await fs.writeFile(effective, (await fs.readFile(effective, 'utf8')).replace('"monitor": "loss"', '"monitor": "validationLoss"'));
	const {status, report} = await resumeRun(killed);
	t.is(status, 'completed');
	t.is(report.training!.stopped, 'epochs');
	t.regex(await fs.readFile(effective, 'utf8'), /"monitor": "validationLoss"/u);
});
