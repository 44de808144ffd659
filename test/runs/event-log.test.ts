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

test('the first sink hears how the others ended, and is closed after them', async t => {
	const told: string[] = [];
	const sinkOf = (name: string, fault?: string): EventSink => ({
		event({type}) {
			told.push(`${name} ${type}`);
		},
		async close() {
			told.push(`${name} closes`);
			if (fault !== undefined) {
				throw new Error(fault);
			}
		},
	});
	const log = createEventLog([sinkOf('a'), sinkOf('b', 'no place left'), sinkOf('c')]);
	await t.throwsAsync(log.finish(), {message: 'no place left'});
	log.emit({type: 'warning', message: 'late'});
	await log.close();
	t.deepEqual(told, ['b closes', 'c closes', 'a warning', 'a closes']);
});

test('each sink hears one end, behind all else, and the first the one that came of the others', async t => {
	const told: string[] = [];
	const heard: string[] = [];
	const sinkOf = (name: string): EventSink => ({
		event(event) {
			told.push(`${name} ${event.seq} ${event.type === 'end' ? event.status : event.type}`);
		},
		async close() {
			told.push(`${name} closes`);
		},
	});
	const end = {type: 'end', seconds: 1, peakMemory: 1} as const;
	const log = createEventLog([sinkOf('a'), sinkOf('b')], {onEvent(event) {
		heard.push(event.type === 'end' ? event.status : event.type);
	}});
	log.emit({type: 'warning', message: 'one'});
	log.emit({...end, status: 'completed'});
	await log.finish();
	log.emit({...end, status: 'failed'});
	await log.close();
	t.deepEqual(told.toSorted(), ['a 0 warning', 'a 1 failed', 'a closes', 'b 0 warning', 'b 1 completed', 'b closes']);
	t.deepEqual(told.slice(-2), ['a 1 failed', 'a closes']);
	t.deepEqual(heard, ['warning', 'completed', 'failed'], 'the report follows both at once');
});
