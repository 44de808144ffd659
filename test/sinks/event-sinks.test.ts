import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import {Writable} from 'node:stream';
import test, {type ExecutionContext} from 'ava';
import {runEventSchema, type EventBody, type RunEvent} from '../../src/events/schema.ts';
import {createEventLog} from '../../src/runs/event-log.ts';
import {console as consoleSink} from '../../src/sinks/console.ts';
import {events as eventsSink} from '../../src/sinks/events.ts';
import {metrics as metricsSink} from '../../src/sinks/metrics.ts';
import {rejected as rejectedSink} from '../../src/sinks/rejected.ts';
import type {EventSinkContext, EventSinkDefinition} from '../../src/sinks/sink.ts';
import {temporaryFolder} from '../helpers/temporary-folder.ts';

const story: readonly EventBody[] = [
	{type: 'run', runId: 'r', name: 'tiny', seed: 5, engine: 'reference', lowering: {backend: 'js', version: '1', family: 'plain'}, workers: 2, shards: 2, parameters: 1234, epochs: 2, examples: {train: 8}, batches: 2},
	{type: 'phase', phase: 'train', state: 'start'},
	{type: 'step', step: 1, epoch: 1, loss: 2.5, accuracy: 0.25, learningRate: 0.1, gradientNorm: 3},
	{type: 'epoch', epoch: 1, step: 2, train: {loss: 2, accuracy: 0.5}, validation: {loss: 3, accuracy: 0.25}, learningRate: 0.1, seconds: 2, samples: 8, samplesPerSecond: 4, waitShare: 0.25, best: true, gradientNorm: 1.5, updateRatio: 0.001, skipped: 2, loopLagMs: 40},
	{type: 'epoch', epoch: 2, step: 4, train: {loss: 1}, learningRate: 0.1, seconds: 2, samples: 8, samplesPerSecond: 4, waitShare: 0, best: false},
	{type: 'checkpoint', path: 'step-4.ckpt', step: 4, epoch: 2, best: false, bytes: 100},
	{type: 'earlyStop', epoch: 2, monitor: 'validationLoss', bestEpoch: 1},
	{type: 'evaluation', split: 'test', loss: 1.5, accuracy: 0.75, examples: 40, seconds: 2},
	{type: 'warning', message: 'beware'},
	{type: 'end', status: 'completed', seconds: 75},
];

/** Tells a story to one sink, and gives its folder and what it wrote to people. */
const tell = async (t: ExecutionContext, sink: EventSinkDefinition<Record<string, never>>, context: Partial<EventSinkContext> = {}, bodies = story) => {
	const directory = await temporaryFolder(t);
	let text = '';
	const stderr = new Writable({write(chunk, _, done) {
		text += String(chunk);
		done();
	}});
	const log = createEventLog([await sink.create({}, {directory, stderr, progress: 'plain', color: false, past: [], ...context})]);
	for (const body of bodies) {
		log.emit(body);
	}

	await log.close();
	return {directory, text};
};

test('plain progress is whole lines without a control character', async t => {
	const {text} = await tell(t, consoleSink);
	t.notRegex(text, /[^\n\u0020-\uFFFF]/u);
	t.true(text.endsWith('\n'));
	const lines = text.trimEnd().split('\n');
	t.is(lines[0], 'tiny: seed 5, engine reference (js 1), 2 workers, 2 shards, 1,234 parameters');
	t.is(lines[1], 'epoch 1/2  loss 2.0000  acc 0.5000  val loss 3.0000  acc 0.2500  4 examples/s  wait 25%  2.0 s  best');
	t.is(lines[2], 'epoch 2/2  loss 1.0000  4 examples/s  wait 0%  2.0 s');
	t.true(lines.includes('test: loss 1.5000, accuracy 0.7500 over 40 examples (20 examples/s)'));
	t.is(lines.at(-2), 'warning: beware');
	t.is(lines.at(-1), 'completed in 1:15 min');
});

test('what a file is called does not reach the terminal as something that it obeys', async t => {
	const {text} = await tell(t, consoleSink, {}, [
		{type: 'sampleError', source: 'cats\n\u001B[2J', record: 3, code: 'IMAGE_UNREADABLE', reason: 'The image cannot be decoded: \u009B'},
		{type: 'warning', message: 'beware of\ta\u2028b'},
	]);
	t.is(text, 'left out: record 3 of cats\\n\\u001b[2J: The image cannot be decoded: \\u009b\nwarning: beware of\\ta\\u2028b\n');
});

test('without progress only warnings are shown', async t => {
	const {text} = await tell(t, consoleSink, {progress: 'none'});
	t.is(text, 'warning: beware\n');
});

test('every line of events.ndjson is an event of the schema, numbered from 0', async t => {
	const {directory} = await tell(t, eventsSink);
	const lines = (await fs.readFile(path.join(directory, 'events.ndjson'), 'utf8')).trimEnd().split('\n');
	const read = lines.map(line => runEventSchema.parse(JSON.parse(line)));
	t.deepEqual(read.map(({seq}) => seq), story.map((_, index) => index));
	for (const [index, {v, t: time, seq, ...body}] of read.entries()) {
		t.is(v, 1);
		t.false(Number.isNaN(Date.parse(time)));
		t.is(seq, index);
		t.like(body, story[index]!);
	}
});

test('numbers that JSON does not have are written as words', async t => {
	const {directory} = await tell(t, eventsSink, {}, [{type: 'step', step: 1, epoch: 1, loss: Number.NaN, learningRate: 0.1, gradientNorm: Infinity}]);
	t.like(JSON.parse(await fs.readFile(path.join(directory, 'events.ndjson'), 'utf8')), {loss: 'NaN', gradientNorm: 'Infinity'});
});

test('metrics.csv has a row for each epoch and leaves empty what does not exist', async t => {
	const {directory} = await tell(t, metricsSink);
	t.is(await fs.readFile(path.join(directory, 'metrics.csv'), 'utf8'), [
		'epoch,step,trainLoss,trainAccuracy,validationLoss,validationAccuracy,learningRate,seconds,samplesPerSecond,waitShare,gradientNorm,updateRatio,skippedSteps,loopLagMs',
		'1,2,2,0.5,3,0.25,0.1,2,4,0.25,1.5,0.001,2,40',
		'2,4,1,,,,0.1,2,4,0,,,0,',
		'',
	].join('\n'));
});

for (const sink of [eventsSink, metricsSink]) {
	test(`a folder that is gone is told as a failed write (${sink === eventsSink ? 'events' : 'metrics'})`, async t => {
		const directory = path.join(os.tmpdir(), 'threadloom-no-such-folder', 'run');
		await t.throwsAsync(tell(t, sink, {directory}), {code: 'WRITE_FAILED'});
	});
}

test('a sink that fails ends the log with its error, and the others hear everything', async t => {
	const heard: string[] = [];
	const log = createEventLog([
		{event() {
			throw new TypeError('mine');
		}, async close() {}},
		{event({type}) {
			heard.push(type);
		}, async close() {
			heard.push('close');
		}},
	]);
	const failed = t.throwsAsync(log.failed, {message: 'mine'});
	log.emit(story[1]!);
	log.emit(story[9]!);
	await t.throwsAsync(log.close(), {message: 'mine'});
	await failed;
	t.deepEqual(heard, ['phase', 'end', 'close']);
});

test('a sink that does not come back is not waited for without end', async t => {
	const log = createEventLog([{event() {}, close: async () => new Promise<void>(() => {})}], {deadlineMs: 50});
	log.emit(story[1]!);
	await t.throwsAsync(log.close(), {code: 'NO_PROGRESS', message: /closing the sinks/u});
	const after = createEventLog([{event() {}, async close() {}}, {event() {}, close: async () => new Promise<void>(() => {})}], {deadlineMs: 50});
	await t.throwsAsync(after.finish(), {code: 'NO_PROGRESS', message: /closing the sinks/u});
	await t.notThrowsAsync(after.close(), 'the first is closed all the same');
	const stuck = createEventLog([{event: async () => new Promise<void>(() => {}), async close() {}}], {deadlineMs: 50});
	stuck.emit(story[1]!);
	await t.throwsAsync(stuck.sync(), {code: 'NO_PROGRESS', message: /writing the events/u});
});

const stamped = (bodies: readonly EventBody[]): readonly RunEvent[] =>
	bodies.map((body, seq) => runEventSchema.parse({v: 1, t: '2026-01-01T00:00:00.000Z', seq, ...body}));

const pastOf = stamped([
	...story.slice(0, 4),
	{type: 'sampleError', source: 'a', record: 3, code: 'LABEL_RANGE', reason: 'no such label'},
]);

for (const [name, sink, whole] of [
	['rejected.ndjson', rejectedSink, /^\{"source":"a","record":3,.*\}\n$/u],
	['metrics.csv', metricsSink, /^epoch,.*\n1,2,2,.*\n$/u],
] as const) {
	test(`${name} of before a resume stays until the new one is whole`, async t => {
		const directory = await temporaryFolder(t);
		const file = path.join(directory, name);
		await fs.writeFile(file, 'earlier\n');
		const create = async () => sink.create({}, {
			directory, stderr: new Writable(), progress: 'none', color: false, past: pastOf,
		});

		// Nothing can be written beside it.
		const beside = path.join(directory, `.${name}.tmp`);
		await fs.mkdir(beside);
		await t.throwsAsync(create(), {code: 'WRITE_FAILED'});
		t.is(await fs.readFile(file, 'utf8'), 'earlier\n');

		await fs.rmdir(beside);
		await create();
		t.regex(await fs.readFile(file, 'utf8'), whole);
		t.deepEqual(await fs.readdir(directory), [name]);
	});
}

test('without records that are left out before a resume, there is no file of them', async t => {
	const directory = await temporaryFolder(t);
	await fs.writeFile(path.join(directory, 'rejected.ndjson'), 'earlier\n');
	await rejectedSink.create({}, {
		directory, stderr: new Writable(), progress: 'none', color: false, past: stamped(story.slice(0, 4)),
	});
	t.deepEqual(await fs.readdir(directory), []);
});
