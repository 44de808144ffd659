import test from 'ava';
import {createPace} from '../../src/training/pace.ts';

test('checkpoints are due by step, by epoch, by the clock and on request', t => {
	let time = 0;
	const pace = createPace({everySteps: 4, everyEpochs: 2, everyMinutes: 1, now: () => time});
	t.teardown(pace.dispose);
	t.is(pace.stepsLeft(0), 4);
	t.is(pace.stepsLeft(5), 3);
	t.is(pace.due({step: 8}), 'checkpoint');
	t.is(pace.due({step: 9}), undefined);
	t.is(pace.due({step: 9, epoch: 2}), 'checkpoint');
	// At the end of an epoch its number counts, and not the step's.
	t.is(pace.due({step: 8, epoch: 3}), undefined);

	const before = pace.pause();
	pace.tick();
	t.false(before.aborted);
	time = 60_000;
	pace.tick();
	t.true(before.aborted);
	t.is(pace.due({step: 9}), 'checkpoint');
	pace.taken('checkpoint', 1);
	t.is(pace.due({step: 9}), undefined);
	t.false(pace.pause().aborted);

	pace.request();
	t.true(pace.pause().aborted);
	t.is(pace.due({step: 9}), 'checkpoint');
	pace.taken('checkpoint', 0);
	t.is(pace.due({step: 9}), undefined);
});

test('snapshots in memory take a hundredth of the time at most', t => {
	let time = 0;
	const pace = createPace({now: () => time});
	t.teardown(pace.dispose);
	t.is(pace.stepsLeft(3), Number.POSITIVE_INFINITY);
	time = 999;
	t.is(pace.due({step: 1}), undefined);
	time = 1000;
	t.is(pace.due({step: 1}), 'snapshot');
	pace.taken('snapshot', 30);
	time = 3999;
	t.is(pace.due({step: 1}), undefined);
	time = 4000;
	t.is(pace.due({step: 1}), 'snapshot');
});
