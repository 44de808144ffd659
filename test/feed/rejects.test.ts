import test from 'ava';
import type {EventBody} from '../../src/events/schema.ts';
import {createRejects} from '../../src/feed/rejects.ts';

const rejectOf = (record: number) => ({source: 'data', record, code: 'LABEL_RANGE', reason: 'there is no such class'});

test('what ended beyond its limit does not get past it by being tried again, or after a resume', t => {
	const told: number[] = [];
	const options = {
		onEvent(event: EventBody) {
			if (event.type === 'sampleError') {
				told.push(event.record);
			}
		}, sources: [{source: {id: 'data'}, spec: {count: 100}}],
	};
	const rejects = createRejects({limit: {count: 1}}, options);
	rejects.add(rejectOf(3));
	const resumed = createRejects({limit: {count: 1}}, {...options, before: [rejectOf(3), rejectOf(7)]});
	for (const {add} of [rejects, rejects, resumed]) {
		t.throws(() => {
			add(rejectOf(7));
		}, {code: 'SAMPLES_REJECTED'});
	}

	t.deepEqual(told, [3, 7]);
});

test('a share of the records is rounded down', t => {
	const {add} = createRejects({limit: {share: 0.15}}, {onEvent: undefined, sources: [{source: {id: 'data'}, spec: {count: 10}}]});
	add(rejectOf(3));
	t.throws(() => {
		add(rejectOf(7));
	}, {code: 'SAMPLES_REJECTED'});
});
