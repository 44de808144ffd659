import fs from 'node:fs/promises';
import {setImmediate} from 'node:timers/promises';
import test, {type ExecutionContext} from 'ava';
import {createReferenceEngine} from '../../src/engines/reference/engine.ts';
import type {EventBody} from '../../src/events/schema.ts';
import {createKeeper} from '../../src/runs/keep.ts';
import type {KeptSession} from '../../src/runs/snapshots.ts';
import {beginning, type EpochRecord, type Standing} from '../../src/training/history.ts';
import {modelOf, type Case} from '../engines/cases.ts';
import {optionsOf} from '../engines/engine-conformance.ts';
import {temporaryFolder} from '../helpers/temporary-folder.ts';

const given: Case = {
	title: 'a small network', input: [3], rows: 4, padding: 0, loss: 'sparseCategoricalCrossentropy', label: 'index', layers: [{dense: {units: 2, activation: 'softmax'}}],
};
const standing: Standing = {...beginning, step: 4, epoch: 1};
const best: EpochRecord = {epoch: 1, step: 4, train: {loss: 1}, gradientNorm: 1, learningRate: 1, seconds: 1, samples: 4, waitShare: 0, best: true};

/** A keeper of workers that hold zeros, or what `copyOut` gives. */
const keeperOf = async (t: ExecutionContext, {sync = async () => {}, ...others}: Partial<Pick<KeptSession['pool'], 'copyOut'>> & {readonly sync?: () => Promise<void>} = {}) => {
	const folder = await temporaryFolder(t);
	const engine = createReferenceEngine();
	const options = {...optionsOf(given, {shards: 1}), optimizer: {name: 'sgd', momentum: 0.9, nesterov: false} as const};
	const plan = engine.plan(modelOf(given), options, await engine.probe(modelOf(given), options));
	const copyOut = async () => Object.fromEntries(plan.regions.map(({name, bytes}) => [name, new Uint8Array(bytes)]));
	const told: EventBody[] = [];
	const keeper = createKeeper({
		session: () => ({options, engine, begun: () => ({}), pool: {plan, copyOut, ...others}}),
		folder,
		checkpoints: {everyMinutes: 1, keepLast: 3, keepBest: 1, onError: 'fail'},
		monitor: 'loss',
		facts: async () => ({build: '0', runId: 'run', digests: {definition: '0', operators: {}, data: {}}, operatorStates: {}}),
		emit(event) {
			told.push(event);
		},
		sync,
		start: beginning,
		past: {history: [], best: undefined, isSaved: false},
	});
	return {keeper, told, plan, engine, copyOut, names: async () => (await fs.readdir(folder)).filter(name => name.endsWith('.ckpt'))};
};

const gate = () => {
	let open: (() => void) | undefined;
	const opened = new Promise<void>(resolve => {
		open = resolve;
	});
	return {opened, open: open!};
};

/** Gives everything that can go on the time to do so. */
const turns = async (): Promise<void> => {
	for (let turn = 0; turn < 20; turn++) {
		await setImmediate();
	}
};

test('a rescue waits for the last checkpoint that is being written, and writes it no second time', async t => {
	const {opened, open} = gate();
	const {keeper, told, names} = await keeperOf(t, {sync: async () => opened});
	const {saved} = await keeper.end(standing);
	let isRescued = false;
	const rescuing = (async () => {
		await keeper.rescue();
		isRescued = true;
	})();
	await turns();
	t.false(isRescued);
	t.deepEqual(told, []);
	open();
	await Promise.all([saved, rescuing]);
	t.deepEqual(told.map(({type}) => type), ['checkpoint']);
	t.is((await names()).length, 1);
});

test('what was told is durable before a checkpoint is there', async t => {
	const thereAtSync: number[] = [];
	const {keeper, names} = await keeperOf(t, {async sync() {
		await turns();
		thereAtSync.push((await names()).length);
	}});
	const {saved} = await keeper.end(standing);
	await saved;
	t.deepEqual(thereAtSync, [0]);
	t.is((await names()).length, 1);
});

test('the workers\' state is copied out anew only when the last one is in canonical form', async t => {
	let copies = 0;
	let isRead = false;
	const {keeper, plan} = await keeperOf(t, {async copyOut() {
		copies++;
		if (copies > 1) {
			t.true(isRead);
		}

		return new Proxy(Object.fromEntries(plan.regions.map(({name, bytes}) => [name, new Uint8Array(bytes)])), {
			get(regions, name: string) {
				isRead = name === plan.regions.at(-1)!.name;
				return regions[name];
			},
		});
	}});
	await keeper.epoch(best, standing);
	t.false(isRead);
	await keeper.pause({...standing, step: 6}, 'snapshot');
	t.is(copies, 2);
});

test('a state with a number that is not finite is not kept, and its tensor is named', async t => {
	const {keeper, copyOut, names} = await keeperOf(t, {async copyOut() {
		const regions = await copyOut();
		const {buffer, byteOffset, byteLength} = regions['momentum']!;
		new Float32Array(buffer, byteOffset, byteLength / 4)[3] = Number.NaN;
		return regions;
	}});
	await keeper.pause(standing, 'checkpoint');
	const error = await t.throwsAsync(keeper.failed, {code: 'DIVERGED'});
	t.like(error, {details: {step: 4, epoch: 1, quantity: 'optimizer\'s momentum', tensor: 'dense/kernel'}});
	t.deepEqual(await names(), []);
});

test('an epoch that becomes the best one while the last best one is written is on disk at the end', async t => {
	const {opened, open} = gate();
	const {keeper, names} = await keeperOf(t, {sync: async () => opened});
	await keeper.epoch(best, standing);
	await keeper.pause(standing, 'checkpoint');
	await turns();
	const last: Standing = {...standing, step: 8, epoch: 2};
	await keeper.epoch({...best, epoch: 2, step: 8, train: {loss: 0.5}}, last);
	open();
	const {saved} = await keeper.end(last);
	await saved;
	t.true((await names()).includes('step-8.ckpt'));
});

test('the best epoch that a checkpoint speaks of is kept beside it, although a better one has come meanwhile', async t => {
	let {opened, open} = gate();
	open();
	const {keeper, told, names} = await keeperOf(t, {sync: async () => opened});
	const after = (step: number): Standing => ({...standing, step, monitor: {best: {epoch: 1, step: 4, value: 1}, waited: 0}});
	await keeper.epoch(best, standing);
	for (const step of [4, 5, 6, 7]) {
		if (step === 7) {
			await turns();
			({opened, open} = gate());
		}

		await keeper.pause(after(step), 'checkpoint');
	}

	await turns();
	await keeper.epoch({...best, epoch: 2, step: 8, train: {loss: 0.5}}, {...standing, step: 8, epoch: 2});
	open();
	while (told.length < 4) {
		await setImmediate();
	}

	t.deepEqual((await names()).toSorted(), ['step-4.ckpt', 'step-5.ckpt', 'step-6.ckpt', 'step-7.ckpt']);
});
