import os from 'node:os';
import test from 'ava';
import {runRecordSink} from '../../src/feed/run-record-sink.ts';
import {allocateStage} from '../../src/feed/stage.ts';
import {never, optionsOf} from './helpers.ts';

/** What goes on after the end of a piece of work: the timers that it set again and again. */
const intervalsLeftBy = async (work: () => Promise<unknown>): Promise<{readonly set: number; readonly left: number}> => {
	const {setInterval, clearInterval} = globalThis;
	const open = new Set<unknown>();
	let set = 0;
	Object.assign(globalThis, {
		setInterval(...given: Parameters<typeof setInterval>) {
			const timer = setInterval(...given);
			open.add(timer);
			set++;
			return timer;
		},
		clearInterval(timer: NodeJS.Timeout) {
			open.delete(timer);
			clearInterval(timer);
		},
	});
	try {
		await work();
	} finally {
		Object.assign(globalThis, {setInterval, clearInterval});
	}

	return {set, left: open.size};
};

const stream = async (sink: Readonly<Record<string, boolean>>) => runRecordSink({
	...optionsOf({count: 20, operators: [{'./fixtures/keeps.js': {does: 'last'}}]}),
	sink: {
		module: new URL('fixtures/count-sink.js', import.meta.url).href, name: 'countSink', options: sink, at: ['sinks', 0, 'count'], directory: os.tmpdir(),
	},
}, {stage: allocateStage(), signal: never});

test.serial('nothing watches the operators of a record sink after its end', async t => {
	const {set, left} = await intervalsLeftBy(async () => t.like(await stream({}), {examples: 20}));
	t.true(set > 0, 'operators of users are watched');
	t.is(left, 0);
});

test.serial('nothing watches the operators of a record sink that failed', async t => {
	const {set, left} = await intervalsLeftBy(async () => t.throwsAsync(stream({fails: true}), {code: 'SINK_FAILED', message: /the disk is full \(synthetic, record 5\)/u}));
	t.true(set > 0);
	t.is(left, 0);
});

test.serial('a result that cannot leave its thread is the sink\'s failure', async t => {
	await t.throwsAsync(stream({odd: true}), {code: 'SINK_FAILED', message: /could not be cloned/u});
});
