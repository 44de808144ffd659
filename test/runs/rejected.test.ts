import fs from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import {resumeRun} from '../../src/runs/resume-run.ts';
import {runPipeline} from '../../src/runs/run-pipeline.ts';
import {operatorModule} from '../cli/workspace.ts';
import {killedAfter, prepare} from './workspace.ts';

/** 90 steps an epoch: the stream is ahead by a part of one. */
const definition = `
version: 1
name: rejected
seed: 7
data:
  train: {synthetic: {count: 200, shape: [4], classes: 3}}
  test: {synthetic: {count: 20, shape: [4], classes: 3, seed: 1}}
  validation: {fraction: 0.1}
operators:
  - normalize: {from: [0, 255], to: [0, 1]}
  - ./picky.js
batches: {size: 2, shuffle: none}
samples: skip
model:
  layers:
    - dense: {units: 3, activation: softmax}
training:
  optimizer: adam
  loss: sparseCategoricalCrossentropy
  epochs: 2
  engine: reference
  shards: 1
  checkpoints: {everySteps: 10, keepLast: 100}
sinks: []
`;

test.serial('records that are left out are told once each, whenever the run was stopped', async t => {
	const {loaded, out} = await prepare(t, definition, {'picky.js': operatorModule('if (example.index % 12 === 5) { throw new Error("not this one"); } return example;')});
	const {report} = await runPipeline(loaded, {out, progress: 'none'});
	const told = async (directory: string): Promise<readonly string[]> => {
		const text = await fs.readFile(path.join(directory, 'rejected.ndjson'), 'utf8');
		return text.trimEnd().split('\n').toSorted();
	};

	const all = await told(out);
	// Of 200 records for training and validation and of 20 for the test.
	t.is(all.length, 17 + 2);
	t.is(new Set(all).size, all.length);
	t.is(report.stream?.rejected, 17);
	t.like(JSON.parse(all[0]!), {code: 'OPERATOR_FAILED'});
	for (const step of [10, 90, 150, 180]) {
		const copy = await killedAfter(out, step);
		const resumed = await resumeRun(copy, {progress: 'none'});
		t.deepEqual(await told(copy), all, `after step ${step}`);
		t.is(resumed.report.stream?.rejected, 17);
		t.is(resumed.report.parametersSha256, report.parametersSha256);
	}
});
