import fs from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import type {RunEvent} from '../../src/events/schema.ts';
import {loadDefinition} from '../../src/definition/load.ts';
import {runPipeline} from '../../src/runs/check-arguments.ts';
import {replayRun} from '../../src/runs/replay-run.ts';
import {workspace} from '../cli/workspace.ts';

test('the caller hears what events.ndjson holds, one after the other', async t => {
	const cwd = await workspace(t);
	const heard: RunEvent[] = [];
	let isBusy = false;
	await runPipeline(await loadDefinition(path.join(cwd, 'tiny.yaml')), {out: path.join(cwd, 'out'), progress: 'none', async onEvent(event) {
		t.false(isBusy);
		isBusy = true;
		await new Promise(setImmediate);
		heard.push(event);
		isBusy = false;
	}});
	const lines = (await fs.readFile(path.join(cwd, 'out', 'events.ndjson'), 'utf8')).trimEnd().split('\n');
	t.true(heard.some(({type}) => type === 'epoch'));
	t.is(heard.at(-1)?.type, 'end');
	t.deepEqual(heard.map(event => JSON.stringify(event)), lines);
});

test.serial('nothing is told after the end of a run, though an event loop is blocked then', async t => {
	const cwd = await workspace(t);
	const told: string[] = [];
	await runPipeline(await loadDefinition(path.join(cwd, 'tiny.yaml')), {out: path.join(cwd, 'out'), progress: 'none', onEvent({type}) {
		told.push(type);
		if (type === 'end') {
			Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1300); // Blocks the thread for longer than is told.
		}
	}});
	t.is(told.at(-1), 'end');
});

test('what the caller throws at an event ends the run with its name', async t => {
	const cwd = await workspace(t);
	const loaded = await loadDefinition(path.join(cwd, 'tiny.yaml'));
	await t.throwsAsync(runPipeline(loaded, {out: path.join(cwd, 'out'), progress: 'none', onEvent({type}) {
		if (type === 'epoch') {
			throw new Error('enough');
		}
	}}), {code: 'SINK_FAILED', message: /onEvent.*enough/u});
	t.is((JSON.parse(await fs.readFile(path.join(cwd, 'out', 'report', 'report.json'), 'utf8')) as {readonly status: string}).status, 'failed');
});

test('a run whose caller fails at its end has failed in events.ndjson too', async t => {
	const cwd = await workspace(t);
	await t.throwsAsync(runPipeline(await loadDefinition(path.join(cwd, 'tiny.yaml')), {out: path.join(cwd, 'out'), progress: 'none', onEvent({type}) {
		if (type === 'end') {
			throw new Error('enough');
		}
	}}), {code: 'SINK_FAILED', message: /onEvent.*enough/u});
	const lines = (await fs.readFile(path.join(cwd, 'out', 'events.ndjson'), 'utf8')).trimEnd().split('\n').map(line => JSON.parse(line) as RunEvent);
	t.like(lines.at(-1), {type: 'end', status: 'failed', error: {code: 'SINK_FAILED'}});
	t.is(lines.filter(({type}) => type === 'end').length, 1);
	t.deepEqual(lines.map(({seq}) => seq), lines.map((_, index) => index));
	const {report} = await replayRun(path.join(cwd, 'out'));
	t.is(report.status, 'failed');
});
