import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import test from 'ava';
import {loadDefinition} from '../../src/definition/load.ts';
import type {EngineName} from '../../src/engines/engine.ts';
import {ThreadloomError} from '../../src/errors/threadloom-error.ts';
import {createCrew} from '../../src/pool/crew.ts';
import {runPipeline} from '../../src/runs/run-pipeline.ts';
import {cases, modelOf} from '../engines/cases.ts';
import {optionsOf} from '../engines/engine-conformance.ts';

/**
 * 88 training examples make batches of 25, 25, 25 and 13: no batch divides by the shards, and the last leaves two of
 * them without a row. The parameters are eight tiles of the sum, so that three workers have unequal shares.
 */
const definition = `
version: 1
name: workers
seed: 7
data:
  train: {synthetic: {count: 110, shape: [12, 12], classes: 4}}
  test: {synthetic: {count: 30, shape: [12, 12], classes: 4, seed: 1}}
  validation: {fraction: 0.2}
operators:
  - normalize: {from: [0, 255], to: [0, 1]}
  - reshape: {shape: [12, 12, 1]}
batches: {size: 25}
model:
  layers:
    - conv2d: {filters: 8, kernelSize: 3, padding: same, activation: relu}
    - maxPooling2d
    - flatten
    - dense: {units: 240, activation: relu}
    - dropout: {rate: 0.4}
    - dense: {units: 4, activation: softmax}
training:
  optimizer: {adam: {learningRate: 0.003}}
  loss: sparseCategoricalCrossentropy
  epochs: 2
  shards: 4
  globalClipNorm: 0.5
sinks: []
`;

const isThere = async (name: EngineName): Promise<boolean> => {
	const crew = createCrew(1);
	try {
		await crew.probe(name, modelOf(cases[0]!), optionsOf(cases[0]!));
		return true;
	} catch (error) {
		if (error instanceof ThreadloomError && error.code === 'ENGINE_UNAVAILABLE') {
			console.log(`skipped: the bits of the engine ${name} with several workers: ${error.message}`);
			return false;
		}

		throw error;
	} finally {
		await crew.end();
	}
};

const engines: EngineName[] = [];
for (const name of ['reference', 'onnx'] as const) {
	if (await isThere(name)) {
		engines.push(name);
	}
}

let folder: string;

test.before(async () => {
	folder = await fs.mkdtemp(path.join(os.tmpdir(), 'threadloom-workers-'));
	await fs.writeFile(path.join(folder, 'pipeline.yaml'), definition);
});

test.after.always(async () => {
	await fs.rm(folder, {recursive: true, force: true});
});

/** Everything of a run that must not depend on the number of workers. */
const run = async (engine: EngineName, {workers, shards = 4}: {readonly workers: number; readonly shards?: number}) => {
	const loaded = await loadDefinition(path.join(folder, 'pipeline.yaml'), {
		sets: [`training.engine=${engine}`, `training.workers=${workers}`, `training.shards=${shards}`],
	});
	const out = path.join(await fs.mkdtemp(path.join(folder, 'run-')), 'out');
	const {status, report} = await runPipeline(loaded, {out, progress: 'none'});
	const events = await fs.readFile(path.join(out, 'events.ndjson'), 'utf8');
	return {
		status,
		ran: {engine: report.training?.engine, workers: report.training?.workers},
		bits: report.parametersSha256,
		steps: events.trimEnd().split('\n')
			.map(line => JSON.parse(line) as {readonly type: string; readonly loss: number; readonly accuracy: number; readonly gradientNorm: number; readonly updateRatio?: number})
			.filter(({type}) => type === 'step')
			.map(({loss, accuracy, gradientNorm, updateRatio}) => ({loss, accuracy, gradientNorm, updateRatio})),
		history: report.history.map(({train, validation, gradientNorm, updateRatio, best}) => ({train, validation, gradientNorm, updateRatio, best})),
		test: report.evaluation.test,
	};
};

for (const engine of engines) {
	test.serial(`${engine}: one, two, three and four workers train the same parameters bit for bit`, async t => {
		const {ran, ...one} = await run(engine, {workers: 1});
		t.deepEqual(ran, {engine, workers: 1});
		t.is(one.status, 'completed');
		t.regex(one.bits ?? '', /^[\da-f]{64}$/u);
		// The run holds what the promise is about: a short last batch, dropout's own epoch, clipped steps and a validation.
		t.is(one.steps.length, 8);
		t.is(one.history.length, 2);
		t.true(one.history.every(({validation}) => validation !== undefined));
		t.true(one.steps.some(({gradientNorm}) => gradientNorm > 0.5));
		// The first step of each epoch is measured.
		t.deepEqual(one.steps.flatMap(({updateRatio}, step) => (updateRatio === undefined ? [] : [step + 1])), [1, 5]);
		t.true(one.history.every(({updateRatio}) => updateRatio! > 0 && updateRatio! < 1));

		for (const workers of [2, 3, 4]) {
			const {ran: others, ...many} = await run(engine, {workers});
			t.deepEqual(others, {engine, workers});
			t.deepEqual(many, one, `${workers} workers`);
		}
	});

	test.serial(`${engine}: another number of shards sums in another order, and its bits tell`, async t => {
		const four = await run(engine, {workers: 1});
		const two = await run(engine, {workers: 1, shards: 2});
		t.not(two.bits, four.bits);
		// It is rounding and nothing else.
		for (const [index, {loss}] of two.steps.entries()) {
			t.true(Math.abs(loss - four.steps[index]!.loss) < 1e-3, `step ${index + 1}`);
		}
	});
}
