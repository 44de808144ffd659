import test from 'ava';
import {createEventLog} from '../../src/runs/event-log.ts';
import type {EventSink} from '../../src/sinks/sink.ts';

test('a sync reaches every sink that has one, after the events before it', async t => {
	const told: string[] = [];
	const sinkOf = (name: string): EventSink => ({
		event({seq}) {
			told.push(`${name} ${seq}`);
		},
		async close() {},
	});
	const syncing = (name: string): EventSink => ({
		...sinkOf(name),
		async sync() {
			told.push(`${name} sync`);
		},
	});
	const log = createEventLog([syncing('a'), sinkOf('b'), syncing('c')]);
	log.emit({type: 'warning', message: 'one'});
	await log.sync();
	t.deepEqual(told.toSorted(), ['a 0', 'a sync', 'b 0', 'c 0', 'c sync']);
	t.true(told.indexOf('a 0') < told.indexOf('a sync'));
});
