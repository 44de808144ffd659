import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import {setImmediate} from 'node:timers/promises';
import test from 'ava';
import {createReferenceEngine} from '../../src/engines/reference/engine.ts';
import type {EventBody} from '../../src/events/schema.ts';
import {createKeeper} from '../../src/runs/keep.ts';
import {beginning, type Standing} from '../../src/training/history.ts';
import {modelOf, type Case} from '../engines/cases.ts';
import {optionsOf} from '../engines/engine-conformance.ts';

const given: Case = {
	title: 'a small network', input: [3], rows: 4, padding: 0, loss: 'sparseCategoricalCrossentropy', label: 'index', layers: [{dense: {units: 2, activation: 'softmax'}}],
};
const standing: Standing = {...beginning, step: 4, epoch: 1};

test('a rescue waits for the last checkpoint that is being written, and writes it no second time', async t => {
	const folder = await fs.mkdtemp(path.join(os.tmpdir(), 'threadloom-keep-'));
	t.teardown(async () => fs.rm(folder, {recursive: true, force: true}));
	const engine = createReferenceEngine();
	const options = optionsOf(given, {shards: 1});
	const plan = engine.plan(modelOf(given), options, await engine.probe(modelOf(given), options));
	const told: EventBody[] = [];
	let release: (() => void) | undefined;
	const held = new Promise<void>(resolve => {
		release = resolve;
	});
	const keeper = createKeeper({
		session: () => ({options, engine, begun: () => ({}), pool: {plan, copyOut: async () => Object.fromEntries(plan.regions.map(({name, bytes}) => [name, new Uint8Array(bytes)]))}}),
		folder,
		checkpoints: {everyMinutes: 1, keepLast: 3, keepBest: 1, onError: 'fail'},
		monitor: 'loss',
		facts: async () => ({build: '0', runId: 'run', digests: {definition: '0', operators: {}, data: {}}, operatorStates: {}}),
		emit(event) {
			told.push(event);
		},
		sync: async () => held,
		start: beginning,
		past: {history: [], best: undefined, isSaved: false},
	});
	const {saved} = await keeper.end(standing);
	let isRescued = false;
	const rescuing = (async () => {
		await keeper.rescue();
		isRescued = true;
	})();
	for (let turn = 0; turn < 20; turn++) {
		await setImmediate();
	}

	t.false(isRescued);
	t.deepEqual(told, []);
	release!();
	await Promise.all([saved, rescuing]);
	t.deepEqual(told.map(({type}) => type), ['checkpoint']);
	t.is((await fs.readdir(folder)).filter(name => name.endsWith('.ckpt')).length, 1);
});
