import test, {type ExecutionContext} from 'ava';
import type {EventBody} from '../../src/events/schema.ts';
import {createFeed} from '../../src/feed/create-feed.ts';
import type {FeedOptions} from '../../src/feed/options.ts';
import {attach, never, optionsOf} from './helpers.ts';

const operator = './fixtures/keeps.js';
const mebibyte = 2 ** 20;
const rows = 16;
const keeps = (does: string) => ({[operator]: {does}});

/** Streams until something is found or told, or so many passes are over. What is not found at once is looked for again. */
const stream = async (t: ExecutionContext, options: Parameters<typeof optionsOf>[0], {passes = 400, goesOn = false, searchAt}: {readonly passes?: number; /** After a warning. */ readonly goesOn?: boolean; readonly searchAt?: number} = {}) => {
	const warnings: string[] = [];
	const feed = await createFeed(optionsOf({
		// Few and large records: most of the time goes into collecting garbage, which takes the longer the more there are.
		count: 1250, shape: [64, 64], memory: 4 * mebibyte, batches: {size: rows, shuffle: 'none'}, ...options,
	}), {
		signal: never,
		onEvent(event: EventBody) {
			if (event.type === 'warning') {
				warnings.push(event.message);
			}
		},
	});
	t.teardown(feed.close);
	const {readers: {train}} = await attach(feed, {rows, slots: 10});
	let batch = 0;
	const readAll = async (signal: AbortSignal): Promise<void> => {
		for (; await train.waitAsync(batch, {signal}) === 'filled'; batch++) {
			train.release(batch);
		}

		train.release(batch++);
	};

	for (let epoch = 1; epoch <= passes; epoch++) {
		const controller = new AbortController();
		const passing = feed.pass({
			lane: 'train', split: 'train', epoch, fromBatch: 0,
		}, {signal: never});
		passing.catch((error: unknown) => {
			controller.abort(error);
		});
		await Promise.all([passing, readAll(controller.signal)]);
		if (!goesOn && warnings.length > 0) {
			break;
		}

		if (epoch === searchAt) {
			await feed.searchHoarders();
		}
	}

	return warnings;
};

const named = test.macro({
	async exec(t, operators: FeedOptions['operators'], position: number) {
		const error = await t.throwsAsync(stream(t, {operators}, {goesOn: true}), {code: 'OPERATOR_HOARDS'});
		t.like(error, {exitCode: 80, details: {operator, position, memory: 4 * mebibyte}});
		t.true((error as unknown as {details: {bytes: number}}).details.bytes > 10 * mebibyte); // Its details are those of its code.
	},
	title: (name = '') => `an operator that keeps ${name} is named with its place`,
});

test.serial('references', named, [keeps('references')], 0);
test.serial('copies', named, ['normalize', keeps('copies'), {cast: {dtype: 'float32'}}], 1);
test.serial('what it let out', named, [keeps('outputs')], 0);
test.serial('some references, and so all chunks,', named, [keeps('some')], 0);
test.serial('what an honest one behind it lets out', named, [keeps('references'), keeps('garbage')], 0);
test.serial('references to what an honest one before it let out', named, [keeps('garbage'), keeps('references')], 1);

const notNamed = test.macro({
	async exec(t, does: readonly string[]) {
		// As much as hoarding operators need to be found, several times over.
		t.deepEqual(await stream(t, {operators: does.map(each => keeps(each))}, {passes: 25}), []);
	},
	title: (name = '') => `an operator that ${name} is not named`,
});

test.serial('keeps the last example and makes garbage', notNamed, ['last', 'garbage']);
test.serial('remembers something of each record', notNamed, ['memo']);

const told = test.macro({
	async exec(t, options: Parameters<typeof optionsOf>[0], among: RegExp) {
		const [warning] = await stream(t, options);
		t.regex(warning!, /^the thread of the stream keeps \d+ MiB that nothing accounts for; it may be /u);
		t.regex(warning!, among);
	},
	title: (name = '') => `what ${name} is told, and an honest operator is not named for it`,
});

test.serial('a source keeps', told, {
	data: {train: {source: './fixtures/keeping-source.js', options: {}}}, operators: [keeps('garbage'), keeps('last')], stepsPerEpoch: 100,
}, /\(operators\[0\]\) or .*\(operators\[1\]\)/u);
test.serial('a table takes', told, {operators: [keeps('table')]}, /operators\[0\]/u);
test.serial('an asynchronous operator keeps', told, {operators: [keeps('garbage'), keeps('late')]}, /operators\[1\]/u);

test.serial('a hoarding operator is told on request, and the stream goes on', async t => {
	const [warning] = await stream(t, {operators: [keeps('garbage'), keeps('copies')], memory: 512 * mebibyte}, {searchAt: 5});
	t.regex(warning!, /^The operator "\.\/fixtures\/keeps\.js" \(operators\[1\]\) keeps about \d+ MiB of the \d+ examples/u);
});
