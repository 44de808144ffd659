import test from 'ava';
import {createMeter} from '../../src/stream/meter.ts';

test('the meter knows what is held and the most that ever was', t => {
	const meter = createMeter();
	meter.add(5);
	meter.add(7);
	meter.add(-10);
	meter.add(3);
	t.deepEqual({held: meter.held, peak: meter.peak}, {held: 5, peak: 12});
});

test('a release calls back everyone who listens, and nobody who has stopped', t => {
	const meter = createMeter();
	const calls: string[] = [];
	const callback = (): void => {
		calls.push('same');
	};

	const stopFirst = meter.onRelease(callback);
	meter.onRelease(callback);
	meter.add(2);
	t.deepEqual(calls, []);
	meter.add(-1);
	t.is(calls.length, 2);
	stopFirst();
	meter.add(-1);
	t.is(calls.length, 3);
});
