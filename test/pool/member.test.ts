import test from 'ava';
import {laneWriter} from '../../src/batching/lane-writer.ts';
import {allocateLane} from '../../src/batching/ring.ts';
import {allocateMemory, outcomeFields, type Executor} from '../../src/engines/engine.ts';
import {createReferenceEngine} from '../../src/engines/reference/engine.ts';
import {allocateControl, argument, commands, endings, viewControl, word, type CommandName} from '../../src/pool/control.ts';
import {runMember} from '../../src/pool/member.ts';
import type {WorkTask} from '../../src/pool/task.ts';
import {modelOf, type Case} from '../engines/cases.ts';
import {optionsOf} from '../engines/engine-conformance.ts';

const given: Case = {title: 'small', input: [3], rows: 4, loss: 'sparseCategoricalCrossentropy', label: 'index', layers: [{dense: {units: 2, activation: 'softmax'}}]};

/** A member that is given one command, in this thread; its executor is asked for as little as possible. */
const memberOf = async (command: CommandName, fakes: Partial<Executor> = {}) => {
	const engine = createReferenceEngine();
	const options = optionsOf(given, {shards: 2});
	const plan = engine.plan(modelOf(given), options, await engine.probe(modelOf(given), options));
	const train = allocateLane({slots: 2, slot: {rows: 4, features: {shape: [3], dtype: 'float32'}, label: {shape: [], dtype: 'int32'}}});
	const control = allocateControl({phases: plan.phases.length, workers: 1});
	const {words, arguments: its} = viewControl(control);
	let released = 0;
	const give = (next: CommandName): void => {
		words[word.command] = commands[next];
		words[word.sequence]!++;
	};

	const executor: Executor = {
		async prepare() {}, refresh() {}, run() {}, predict() {}, copyIn() {}, copyOut() {}, updateRatio: () => 0, async release() {
			released++;
		}, ...fakes,
	};
	const task: WorkTask = {
		kind: 'work', plan, draft: undefined, memory: allocateMemory(plan), place: {worker: 0, workers: 1}, control, lanes: {train, evaluation: undefined},
		scores: new SharedArrayBuffer(0), staging: new SharedArrayBuffer(4096), deadlineMs: 60_000,
	};
	its[argument.maxSteps] = 1;
	its[argument.regions] = 1;
	give(command);
	return {words, its, plan, memory: task.memory, train, give, released: () => released, run: async () => runMember(task, executor)};
};

test('a member that is told to stop releases its executor', async t => {
	const {run, released} = await memberOf('stop');
	await run();
	t.is(released(), 1);
});

test('a member whose executor throws releases it, and tells the others to leave', async t => {
	const {run, released, words} = await memberOf('copyOut', {
		copyOut() {
			throw new TypeError('mine');
		},
	});
	await t.throwsAsync(run(), {message: 'mine'});
	t.is(released(), 1);
	t.is(words[word.failed], 1);
});

test('every tile counts as progress', async t => {
	let tiles = 0;
	const member = await memberOf('train', {
		run() {
			tiles++;
			if (tiles === 1) {
				// What comes after this command.
				member.give('stop');
			}
		},
	});
	const {signal} = new AbortController();
	const slot = await laneWriter(member.train).reserve({signal});
	slot.commit(4);
	await member.run();
	t.true(tiles > 1);
	// The first was to prepare.
	t.is(member.words[word.pulse], 1 + tiles);
});

/** A member that trains on two batches that are there before it, and is then told to stop. */
const memberOfTwo = async ({finite = 1, labels = [0, 0]}: {readonly finite?: 0 | 1; readonly labels?: readonly [number, number]} = {}) => {
	const member = await memberOf('train', {
		run(phase, tile, {number}) {
			if (phase === 0 && tile === 0 && number === 0) {
				member.give('stop');
			}

			const {buffer, byteOffset} = member.memory.exchange['outcome']!;
			new Float64Array(buffer, byteOffset, outcomeFields.length)[outcomeFields.indexOf('finite')] = finite;
		},
	});
	member.its[argument.maxSteps] = 2;
	const {signal} = new AbortController();
	const writer = laneWriter(member.train);
	for (const label of labels) {
		const slot = await writer.reserve({signal});
		slot.labels.fill(label);
		slot.commit(4);
	}

	return {...member, phases: member.plan.phases.length, meetings: () => member.words[word.barrier + 1], progress: () => member.words[word.progress]};
};

test('a batch that is there in time takes no meeting of its own', async t => {
	const {run, meetings, phases, progress} = await memberOfTwo();
	await run();
	t.is(progress(), 2);
	t.is(meetings(), 1 + 2 * phases);
});

test('a step that is not finite is the last, though the next batch is there', async t => {
	const {run, words, progress} = await memberOfTwo({finite: 0});
	await run();
	t.is(progress(), 1);
	t.is(words[word.ending], endings.stopped);
});

test('a batch with a label that has no output costs nothing of the step before', async t => {
	const {run, progress} = await memberOfTwo({labels: [1, 2]});
	await t.throwsAsync(run(), {code: 'LABEL_BEYOND'});
	t.is(progress(), 1);
});
