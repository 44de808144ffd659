import fs from 'node:fs/promises';
import path from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {createControl} from '../../src/runs/control.ts';
import {readReport} from '../../src/runs/open-run.ts';
import {replayRun} from '../../src/runs/replay-run.ts';
import {resumeRun} from '../../src/runs/resume-run.ts';
import {runPipeline} from '../../src/runs/run-pipeline.ts';
import {operatorModule} from '../cli/workspace.ts';
import {prepare} from './workspace.ts';

const definition = `
version: 1
name: replay
description: told twice
seed: 7
data:
  train: {synthetic: {count: 30, shape: [6, 6], classes: 3}}
  test: {synthetic: {count: 12, shape: [6, 6], classes: 3, seed: 1}}
  validation: {fraction: 0.2}
operators:
  - normalize: {from: [0, 255], to: [0, 1]}
  - ./spoil.js
batches: {size: 5, shuffle: none}
model:
  layers:
    - flatten
    - dense: {units: 3, activation: softmax}
training:
  optimizer: adam
  loss: sparseCategoricalCrossentropy
  epochs: 3
  engine: reference
  shards: 3
  restoreBest: true
  maxSkippedSteps: LIMIT
  checkpoints: {everySteps: 1, keepLast: 100}
sinks: [report]
`;

const prepareWith = async (t: ExecutionContext, {limit = 9, spoils = true} = {}) => prepare(t, definition.replace('LIMIT', String(limit)), {
	'spoil.js': operatorModule(`if (${spoils} && example.index === 7) { example.features[0] = Number.NaN; } return example;`),
});

/** Files of the report by name. */
const filesOf = async (directory: string): Promise<Readonly<Record<string, string>>> => {
	const folder = path.join(directory, 'report');
	const names = await fs.readdir(folder);
	return Object.fromEntries(await Promise.all(names.toSorted().map(async name => [name, await fs.readFile(path.join(folder, name), 'utf8')] as const)));
};

/** Removes what a replay writes, replays, and expects the same bytes again. */
const replaysTheSame = async (t: ExecutionContext, directory: string): Promise<void> => {
	const before = await filesOf(directory);
	for (const name of Object.keys(before).filter(file => !['gallery.json', 'predictions.ndjson'].includes(file))) {
		await fs.rm(path.join(directory, 'report', name));
	}

	await replayRun(directory);
	t.deepEqual(await filesOf(directory), before);
	t.false((await fs.readdir(directory)).includes('.lock'));
};

test.serial('a report is made again from the events byte for byte, after a resume too', async t => {
	const {loaded, out} = await prepareWith(t);
	const {report} = await runPipeline(loaded, {out, progress: 'none'});
	t.deepEqual(Object.keys(await filesOf(out)), [
		'accuracy.svg', 'confusion.csv', 'confusion.svg', 'gallery.json', 'loss.svg', 'predictions.ndjson', 'report.html', 'report.json', 'report.md', 'training-loss.svg',
	]);
	t.true(report.steps.losses.some(loss => Number.isNaN(loss)), 'a step that was left out is in it');
	t.is(report.evaluation.test?.confusionMatrix?.flat().reduce((a, b) => a + b, 0), 12);
	t.is(report.history.length, 3);
	await replaysTheSame(t, out);

	await resumeRun(out, {progress: 'none', epochs: 5, workers: 3});
	t.is((await readReport(out)).history.length, 5);
	t.is((await readReport(out)).training?.workers, 3);
	await replaysTheSame(t, out);
});

test.serial('the report of a run that diverged is made again byte for byte', async t => {
	const {loaded, out} = await prepareWith(t, {limit: 0});
	await t.throwsAsync(runPipeline(loaded, {out, progress: 'none'}), {code: 'DIVERGED'});
	t.like(await readReport(out), {status: 'failed', error: {code: 'DIVERGED'}});
	await replaysTheSame(t, out);
});

test.serial('the report of a run that was interrupted is made again byte for byte', async t => {
	const {loaded, out} = await prepareWith(t, {spoils: false});
	const controller = new AbortController();
	const control = createControl();
	await runPipeline(loaded, {out, progress: 'none', control, maxSteps: 7});
	await resumeRun(out, {progress: 'none', signal: AbortSignal.any([controller.signal, AbortSignal.abort()])});
	t.like(await readReport(out), {status: 'interrupted', resume: `pipeline resume ${out}`});
	await replaysTheSame(t, out);
});

test.serial('a run that was interrupted before anything was kept is not said to go on', async t => {
	const {loaded, out} = await prepareWith(t);
	const {status, report} = await runPipeline(loaded, {out, progress: 'none', signal: AbortSignal.abort()});
	t.deepEqual([status, report.status, report.resume], ['interrupted', 'interrupted', undefined]);
	await replaysTheSame(t, out);
});

test.serial('a run that was killed has the report of what it told', async t => {
	const {loaded, out} = await prepareWith(t, {spoils: false});
	await runPipeline(loaded, {out, progress: 'none'});
	await fs.rm(path.join(out, 'report'), {recursive: true});
	const file = path.join(out, 'events.ndjson');
	const text = await fs.readFile(file, 'utf8');
	const lines = text.split('\n');
	const cut = lines.findIndex(line => line.includes('"type":"epoch","epoch":2'));
	await fs.writeFile(file, `${lines.slice(0, cut + 1).join('\n')}\n${lines[cut + 1]!.slice(0, 20)}`);
	const {report} = await replayRun(out);
	t.like(report, {status: 'interrupted', resume: `pipeline resume ${out}`, training: undefined, parametersSha256: undefined});
	t.is(report.history.length, 2);
	t.like(await readReport(out), {status: 'interrupted', steps: report.steps});
});

test('a damaged line among the events is told by its number, and events that are missing by how many', async t => {
	const {folder, loaded} = await prepareWith(t, {spoils: false});
	const out = path.join(folder, 'out');
	await runPipeline(loaded, {out, maxSteps: 10});
	const file = path.join(out, 'events.ndjson');
	const lines = (await fs.readFile(file, 'utf8')).split('\n');
	await fs.writeFile(file, lines.with(3, 'garbage').join('\n'));
	for (const use of [resumeRun, replayRun]) {
		await t.throwsAsync(use(out), {code: 'EVENTS_DAMAGED', message: /line 4 .*events\.ndjson/u});
	}

	t.is((await fs.readFile(file, 'utf8')).split('\n').length, lines.length, 'nothing is cut off');
	const firstSteps = lines.findIndex(line => line.includes('"type":"step","step":3,'));
	await fs.writeFile(file, `${lines.slice(0, firstSteps).join('\n')}\n`);
	await resumeRun(out);
	t.regex(await fs.readFile(file, 'utf8'), /"type":"warning",[^\n]*2 of the 10 steps/u);
});
