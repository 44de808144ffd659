import test from 'ava';
import {createMonitor} from '../../src/training/monitor.ts';

const losses = (values: readonly number[]) => values.map((loss, index) => ({epoch: index + 1, train: {loss: 0}, validation: {loss, accuracy: loss}}));

test('a loss is best where it is smallest, and only what is smaller is better', t => {
	const monitor = createMonitor('validationLoss');
	t.deepEqual(losses([3, 2, 2, 4, 1]).map(record => monitor.observe(record)), [true, true, false, false, true]);
	t.deepEqual(monitor.best, {epoch: 5, value: 1});
	t.is(monitor.waited, 0);
});

test('an accuracy is best where it is largest', t => {
	const monitor = createMonitor('validationAccuracy');
	t.deepEqual(losses([0.3, 0.5, 0.5, 0.4]).map(record => monitor.observe(record)), [true, true, false, false]);
	t.deepEqual(monitor.best, {epoch: 2, value: 0.5});
	t.is(monitor.waited, 2);
});

test('a change of no more than minDelta is none', t => {
	const monitor = createMonitor('validationLoss', {minDelta: 0.5});
	t.deepEqual(losses([3, 2.75, 2.5, 2.25]).map(record => monitor.observe(record)), [true, false, false, true]);
});

test('an epoch without the metric is not waited for', t => {
	const monitor = createMonitor('validationLoss');
	t.true(monitor.observe(losses([1])[0]!));
	t.false(monitor.observe({epoch: 2, train: {loss: 0}}));
	t.is(monitor.waited, 0);
});

test('a loss that is no number is never better', t => {
	const monitor = createMonitor('loss');
	t.true(monitor.observe({epoch: 1, train: {loss: 1}}));
	t.false(monitor.observe({epoch: 2, train: {loss: Number.NaN}}));
	t.deepEqual(monitor.best, {epoch: 1, value: 1});
});
