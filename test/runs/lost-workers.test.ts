import fs from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import test, {type ExecutionContext} from 'ava';
import {readPast} from '../../src/runs/past-events.ts';
import {resumeRun} from '../../src/runs/resume-run.ts';
import {runPipeline} from '../../src/runs/run-pipeline.ts';
import {prepare} from './workspace.ts';

const definition = `
version: 1
name: lost
seed: 7
data:
  train: {synthetic: {count: 30, shape: [6], classes: 3}}
operators:
  - normalize: {from: [0, 255], to: [0, 1]}
batches: {size: 5}
model:
  layers:
    - dense: {units: 8, activation: relu}
    - dropout: {rate: 0.4}
    - dense: {units: 3, activation: softmax}
training:
  optimizer: adam
  loss: sparseCategoricalCrossentropy
  epochs: 3
  engine: reference
  workers: 2
  shards: 4
  checkpoints: {everySteps: 2}
sinks: []
`;
const deadlineMs = 3000;

/** Trains while faults strike in the workers' threads. */
const run = async (t: ExecutionContext, failpoints: readonly string[]) => {
	const {folder, loaded, out} = await prepare(t, definition);
	const log = path.join(folder, 'failpoints.log');
	// Threads take them from the environment when they start; this one has read it already.
	Object.assign(process.env, {THREADLOOM_FAILPOINTS: failpoints.join(';'), THREADLOOM_FAILPOINTS_LOG: log});
	t.teardown(() => {
		delete process.env['THREADLOOM_FAILPOINTS'];
		delete process.env['THREADLOOM_FAILPOINTS_LOG'];
	});
	return {
		out,
		running: runPipeline(loaded, {out, progress: 'none', deadlineMs}),
		struck: async () => (await fs.readFile(log, 'utf8')).trimEnd().split('\n'),
	};
};

/** Of the run without a fault. */
const through: {digest?: string | undefined} = {};

test.serial('a run that loses nobody gives the bits to compare with', async t => {
	const {running} = await run(t, []);
	through.digest = (await running).report.parametersSha256;
	t.regex(through.digest!, /^[\da-f]{64}$/u);
});

for (const [what, failpoints, losses] of [
	// At the end of an epoch its last batches, and the whole next epoch, lie in the ring already.
	['exits', ['worker.1@2=exit', 'worker.0@12=exit', 'worker.1@18=exit'], 3],
	['exits before any snapshot, and another after it', ['worker.1@1=exit', 'worker.0@2=exit'], 2],
	['exits together with all the others', ['worker.0@9=exit', 'worker.1@9=exit'], 1],
	['throws', ['worker.1@7=throw'], 1],
	['loops for ever', ['worker.1@7=spin'], 1],
	['exhausts its heap', ['worker.0@7=heap'], 1],
] as const) {
	test.serial(`a worker that ${what} is replaced, and the steps since the last snapshot are made again with the same bits`, async t => {
		const {running, struck, out} = await run(t, failpoints);
		const {status, report} = await running;
		t.is(status, 'completed');
		const fired = await struck();
		t.is(fired.length, failpoints.length);
		t.true(failpoints.every(failpoint => fired.includes(failpoint)), fired.join(', '));
		t.is(report.parametersSha256, through.digest);
		const {events} = await readPast(out);
		t.is(events.filter(({type}) => type === 'replay').length, losses);
	});
}

test.serial('the fourth loss ends the run with 75, and it can be resumed', async t => {
	const failpoints = ['worker.0@3=exit', 'worker.1@6=exit', 'worker.0@9=exit', 'worker.1@12=exit'];
	const {running, struck, out} = await run(t, failpoints);
	const error = await t.throwsAsync(running, {code: 'WORKER_LOST'});
	t.like(error, {exitCode: 75});
	t.deepEqual(await struck(), failpoints);
	const {report} = await resumeRun(out, {progress: 'none'});
	t.is(report.parametersSha256, through.digest);
});

test.serial('a worker whose engine does not come back ends the run with 75, and it can be resumed', async t => {
	const {running, struck, out} = await run(t, ['engine.1@7=spin']);
	const error = await t.throwsAsync(running, {code: 'WORKER_STUCK'});
	t.like(error, {exitCode: 75, details: {worker: 1}});
	t.deepEqual(await struck(), ['engine.1@7=spin']);
	const {report} = await resumeRun(out, {progress: 'none'});
	t.is(report.parametersSha256, through.digest);
});
