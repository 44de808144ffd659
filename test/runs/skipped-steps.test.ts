import fs from 'node:fs/promises';
import path from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {readPast, readSteps} from '../../src/runs/past-events.ts';
import {resumeRun} from '../../src/runs/resume-run.ts';
import {runPipeline} from '../../src/runs/run-pipeline.ts';
import {operatorModule} from '../cli/workspace.ts';
import {killedAfter, prepare} from './workspace.ts';

/** Batches of 5 in the order of the file: example 7 spoils the second of four steps of each epoch. */
const definition = `
version: 1
name: skipped
seed: 7
data:
  train: {synthetic: {count: 20, shape: [4], classes: 3}}
operators:
  - normalize: {from: [0, 255], to: [0, 1]}
  - ./spoil.js
batches: {size: 5, shuffle: none}
model:
  layers:
    - dense: {units: 3, activation: softmax}
training:
  optimizer: adam
  loss: sparseCategoricalCrossentropy
  epochs: 3
  engine: reference
  shards: 3
  maxSkippedSteps: LIMIT
  checkpoints: {everySteps: 1, keepLast: 100}
sinks: [metrics]
`;

const prepareWith = async (t: ExecutionContext, limit: number) => prepare(t, definition.replace('LIMIT', String(limit)), {
	'spoil.js': operatorModule('if (example.index === 7) { example.features[0] = Number.NaN; } return example;'),
});

const metricsOf = async (directory: string): Promise<string> => {
	const text = await fs.readFile(path.join(directory, 'metrics.csv'), 'utf8');
	return text.split('\n').map(line => line.split(',').filter((_, column) => ![7, 8, 9, 13].includes(column)).join(',')).join('\n');
};

test.serial('steps that are not finite are left out up to the limit, counted, and the same after a resume', async t => {
	const {loaded, out} = await prepareWith(t, 3);
	const {status, report} = await runPipeline(loaded, {out, progress: 'none'});
	t.is(status, 'completed');
	t.deepEqual(report.history.map(({skipped, samples}) => [skipped, samples]), [[1, 15], [1, 15], [1, 15]]);
	t.true(report.history.every(({train: {loss}, gradientNorm}) => Number.isFinite(loss) && Number.isFinite(gradientNorm)));
	const {events, stepLosses} = await readPast(out);
	const steps = await readSteps(out);
	for (const {epoch, gradientNorm} of report.history) {
		const norms = steps.slice((epoch - 1) * 4, epoch * 4).map(step => step.gradientNorm).filter(norm => Number.isFinite(norm));
		t.is(norms.length, 3);
		t.true(Math.abs(gradientNorm! - norms.reduce((a, b) => a + b, 0) / 3) < 1e-12, 'the mean is over the steps that were applied');
	}

	t.deepEqual(stepLosses.flatMap((loss, step) => (Number.isNaN(loss) ? [step + 1] : [])), [2, 6, 10]);
	t.deepEqual(events.flatMap(event => (event.type === 'warning' ? [/^step (?<step>\d+) was not applied: its loss is not finite/u.exec(event.message)?.groups?.['step']] : [])), ['2', '6', '10']);

	for (const step of [1, 2, 7]) {
		const copy = await killedAfter(out, step);
		const resumed = await resumeRun(copy, {progress: 'none', workers: 1 + step % 3});
		t.is(resumed.report.parametersSha256, report.parametersSha256);
		t.is(await metricsOf(copy), await metricsOf(out));
	}
});

test.serial('one step more than the limit ends the training, and its state is not kept', async t => {
	const {loaded, out} = await prepareWith(t, 1);
	const error = await t.throwsAsync(runPipeline(loaded, {out, progress: 'none'}), {code: 'DIVERGED'});
	t.like(error, {exitCode: 79, details: {step: 6, epoch: 2, quantity: 'loss', skipped: 1}});
	t.false((await fs.readdir(path.join(out, 'checkpoints'))).some(name => /^step-(?:[6-9]|\d\d)/u.test(name)));
	// What was learnt before is there to go on with, and the steps that were left out still count.
	await t.throwsAsync(resumeRun(out, {progress: 'none'}), {code: 'DIVERGED'});
});
