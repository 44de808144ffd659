import test from 'ava';
import {createHold, createMeter, partOf} from '../../src/stream/meter.ts';

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

test('a part has a peak of its own, and the room of the whole', t => {
	const whole = createMeter();
	const [first, second] = [partOf(whole), partOf(whole)];
	let calls = 0;
	first.meter.onRelease(() => {
		calls++;
	});
	first.meter.add(5);
	second.meter.add(7);
	t.is(first.meter.held, 12);
	first.meter.add(-5);
	second.meter.add(1);
	t.deepEqual([first.peak(), second.peak(), whole.peak, whole.held, calls], [5, 8, 12, 8, 1]);
	t.is(second.meter.peak, 12);
});

test('a holder gives back what is left of its own, once, and nothing of others', t => {
	const meter = createMeter();
	const hold = createHold(meter);
	meter.add(3);
	hold.add(7);
	hold.add(-2);
	t.is(meter.held, 8);
	hold.release();
	hold.release();
	t.is(meter.held, 3);
});
