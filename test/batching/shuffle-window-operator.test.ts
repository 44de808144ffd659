import test from 'ava';
import {concat, from, NEVER, of, take, throwError} from 'rxjs';
import {shuffleWindow} from '../../src/batching/shuffle-window-operator.ts';
import {createMeter} from '../../src/stream/meter.ts';
import type {Example} from '../../src/tensor/example.ts';

const examples = Array.from({length: 10}, (_, index): Example => ({index, source: 'test', features: Uint8Array.of(index, 1), label: 0}));

test('a window gives back what it holds, whoever ends it', t => {
	const meter = createMeter();
	const shuffle = shuffleWindow({size: 4, seed: 1, epoch: 1, meter});
	const subscription = concat(from(examples), NEVER).pipe(shuffle).subscribe();
	t.true(meter.held > 0);
	subscription.unsubscribe();
	t.is(meter.held, 0, 'unsubscribed');
	for (const count of [1, 3, 8, 10]) {
		from(examples).pipe(shuffle, take(count)).subscribe();
		t.is(meter.held, 0, `after ${count}`);
	}

	concat(of(examples[0]!), throwError(() => new Error('mine'))).pipe(shuffle).subscribe({error() {}});
	t.is(meter.held, 0, 'after an error');
});
