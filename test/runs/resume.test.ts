import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import test from 'ava';
import {loadDefinition} from '../../src/definition/load.ts';
import {readReport} from '../../src/runs/open-run.ts';
import {resumeRun} from '../../src/runs/resume-run.ts';
import {runPipeline} from '../../src/runs/run-pipeline.ts';

/** 24 of 30 examples are trained on: batches of 5, 5, 5, 5 and 4 an epoch. */
const definition = `
version: 1
name: resume
seed: 7
data:
  train: {synthetic: {count: 30, shape: [6, 6], classes: 3}}
  test: {synthetic: {count: 12, shape: [6, 6], classes: 3, seed: 1}}
  validation: {fraction: 0.2}
operators:
  - normalize: {from: [0, 255], to: [0, 1]}
batches: {size: 5, shuffle: SHUFFLE}
model:
  layers:
    - flatten
    - dense: {units: 8, activation: relu}
    - dropout: {rate: 0.4}
    - dense: {units: 3, activation: softmax}
training:
  optimizer: {adam: {learningRate: {exponentialDecay: {initialLearningRate: 0.01, decaySteps: 3, decayRate: 0.9}}}}
  loss: sparseCategoricalCrossentropy
  epochs: 3
  engine: reference
  shards: 3
  globalClipNorm: 1
  restoreBest: true
  checkpoints: {everySteps: 1, keepLast: 100}
  earlyStopping: {patience: 5}
sinks: [metrics]
`;
const steps = 15;
/** In the middle of an epoch, at its end, at its begin; all of them with THREADLOOM_RUNS=all. */
const boundaries = process.env['THREADLOOM_RUNS'] === 'all' ? Array.from({length: steps}, (_, index) => index + 1) : [1, 4, 5, 6, 15];

let folder: string;

test.before(async () => {
	folder = await fs.mkdtemp(path.join(os.tmpdir(), 'threadloom-resume-'));
});

test.after.always(async () => {
	await fs.rm(folder, {recursive: true, force: true});
});

interface Line {
	readonly type: string;
	readonly step?: number;
}

/** Events without what a clock or a place decides. */
const eventsOf = async (directory: string): Promise<readonly Line[]> => {
	const text = await fs.readFile(path.join(directory, 'events.ndjson'), 'utf8');
	return text.trimEnd().split('\n')
		.map(line => JSON.parse(line) as Record<string, unknown>)
		.filter(({type}) => type === 'step' || type === 'epoch')
		.map(({t, seq, seconds, samples, samplesPerSecond, waitShare, loopLagMs, ...event}) => event as unknown as Line); // What is left of a line is compared as a whole.
};

const metricsOf = async (directory: string): Promise<readonly string[][]> => {
	const text = await fs.readFile(path.join(directory, 'metrics.csv'), 'utf8');
	return text.trimEnd().split('\n').map(line => line.split(',').filter((_, column) => ![7, 8, 9, 13].includes(column)));
};

const checkpointsOf = async (directory: string): Promise<ReadonlyMap<string, string>> => {
	const names = await fs.readdir(path.join(directory, 'checkpoints'));
	return new Map(await Promise.all(names.toSorted().map(async name => [name, (await fs.readFile(path.join(directory, 'checkpoints', name))).toString('base64')] as const)));
};

const evaluationOf = async (directory: string): Promise<unknown> => {
	const {parametersSha256, evaluation, steps: losses, history, training} = await readReport(directory);
	return {parametersSha256, evaluation, losses, training: {...training, workers: 0}, history: history.map(({seconds, samples, waitShare, loopLagMs, ...epoch}) => epoch)};
};

const trainThrough = async (shuffle: string, name = shuffle.replaceAll(/\W/gu, '')): Promise<string> => {
	const file = path.join(folder, `${name}.yaml`);
	await fs.writeFile(file, definition.replace('SHUFFLE', shuffle));
	const out = path.join(folder, name);
	await runPipeline(await loadDefinition(file), {out, progress: 'none'});
	return out;
};

/** A copy of a run as it was when it was killed after a step: nothing but checkpoints up to it, and events somewhat further. */
const killedAt = async (through: string, step: number, {name = `${through}-${step}`} = {}): Promise<string> => {
	await fs.cp(through, name, {recursive: true});
	await fs.rm(path.join(name, 'report'), {recursive: true});
	for (let later = step + 1; later <= steps; later++) {
		await fs.rm(path.join(name, 'checkpoints', `step-${later}.ckpt`));
	}

	// The last line was cut off while it was written.
	const events = await fs.readFile(path.join(name, 'events.ndjson'), 'utf8');
	await fs.writeFile(path.join(name, 'events.ndjson'), events.slice(0, -20));
	return name;
};

for (const shuffle of ['global', '{window: 7}', 'none']) {
	test.serial(`shuffle ${shuffle}: a run that was stopped after any step ends as the one that never was, bit for bit, with any number of workers`, async t => {
		const through = await trainThrough(shuffle);
		const events = await eventsOf(through);
		t.deepEqual(events.filter(({type}) => type === 'step').map(({step}) => step), Array.from({length: steps}, (_, index) => index + 1));
		const checkpoints = await checkpointsOf(through);
		t.is(checkpoints.size, steps);
		for (const step of shuffle === 'global' ? boundaries : [7]) {
			const directory = await killedAt(through, step);
			const {status} = await resumeRun(directory, {progress: 'none', workers: 1 + step % 3});
			t.is(status, 'completed');
			t.deepEqual(await eventsOf(directory), events, `events, stopped after step ${step}`);
			t.deepEqual(await metricsOf(directory), await metricsOf(through));
			t.deepEqual(await checkpointsOf(directory), checkpoints, `checkpoints, stopped after step ${step}`);
			t.deepEqual(await evaluationOf(directory), await evaluationOf(through));
		}
	});
}

test.serial('a run that is complete is left as it is', async t => {
	const through = await trainThrough('global', 'complete');
	const before = await fs.stat(path.join(through, 'report', 'report.json'), {bigint: true});
	const {isAlreadyComplete, status} = await resumeRun(through, {progress: 'none'});
	t.true(isAlreadyComplete);
	t.is(status, 'completed');
	t.is((await fs.stat(path.join(through, 'report', 'report.json'), {bigint: true})).mtimeNs, before.mtimeNs);
	t.false((await fs.readdir(through)).includes('.lock'));

	// More epochs are more to do, from the last checkpoint on.
	const more = await resumeRun(through, {progress: 'none', epochs: 4});
	t.is(more.report.history.length, 4);
	t.is(more.report.training?.steps, 20);
});

test.serial('a damaged checkpoint is passed over by name, and when all are damaged nothing starts', async t => {
	const directory = await killedAt(await trainThrough('global', 'damaged'), 6);
	const damage = async (step: number): Promise<void> => {
		const file = path.join(directory, 'checkpoints', `step-${step}.ckpt`);
		const bytes = await fs.readFile(file);
		bytes[100]! ^= 1;
		await fs.writeFile(file, bytes);
	};

	await damage(6);
	await fs.truncate(path.join(directory, 'checkpoints', 'step-5.ckpt'), 90);
	const copy = `${directory}-all`;
	await fs.cp(directory, copy, {recursive: true});
	const {status} = await resumeRun(directory, {progress: 'none'});
	t.is(status, 'completed');
	const text = await fs.readFile(path.join(directory, 'events.ndjson'), 'utf8');
	const told = text.split('\n').filter(line => line !== '').map(line => JSON.parse(line) as {type: string; message: string; step: number});
	t.deepEqual(told.filter(({type}) => type === 'warning').map(({message}) => /step-\d+\.ckpt/u.exec(message)?.[0]), ['step-6.ckpt', 'step-5.ckpt']);
	t.is(told.find(({type}) => type === 'resume')?.step, 4);

	for (const step of [1, 2, 3, 4]) {
		await fs.writeFile(path.join(copy, 'checkpoints', `step-${step}.ckpt`), 'nothing');
	}

	const before = await fs.readFile(path.join(copy, 'events.ndjson'), 'utf8');
	const error = await t.throwsAsync(resumeRun(copy, {progress: 'none'}), {code: 'CHECKPOINTS_UNUSABLE'});
	t.like(error, {exitCode: 81, details: {count: 6}});
	t.is(await fs.readFile(path.join(copy, 'events.ndjson'), 'utf8'), before);
});

test.serial('what was changed is refused with the differences; what is safe can be allowed', async t => {
	const through = await trainThrough('global', 'changed');
	const directory = await killedAt(through, 4);
	const file = path.join(folder, 'changed.yaml');
	const load = async (change: (text: string) => string) => {
		await fs.writeFile(file, change(definition.replace('SHUFFLE', 'global')));
		return loadDefinition(file);
	};

	const refused = async (change: (text: string) => string, pattern: RegExp, allow?: string): Promise<void> => {
		const error = await t.throwsAsync(resumeRun(directory, {progress: 'none', loaded: await load(change)}), {code: 'RESUME_REFUSED', message: pattern});
		t.like(error, {exitCode: 78, details: {allow}});
	};

	await refused(text => text.replace('units: 8', 'units: 9'), /model\.layers was .+units":8.+ and is .+units":9/u);
	await refused(text => text.replace('0.01', '0.02'), /initialLearningRate was 0\.01 and is 0\.02/u);
	await refused(text => text.replace('seed: 7', 'seed: 8'), /seed was 7 and is 8/u);
	await refused(text => text.replace('size: 5', 'size: 6').replace('count: 30', 'count: 31'), /batches\.size was 5 and is 6|data\.train\.synthetic\.count was 30 and is 31/u);
	await refused(text => text.replace('shards: 3', 'shards: 2'), /training\.shards was 3 and is 2/u);
	await refused(text => text.replace('epochs: 3', 'epochs: 2'), /training\.epochs was 3 and is 2/u, '--allow-definition-change');
	const {report} = await resumeRun(directory, {progress: 'none', loaded: await load(text => text.replace('epochs: 3', 'epochs: 2').replace('[metrics]', '[]')), allowDefinitionChange: true});
	t.is(report.history.length, 2);
});
