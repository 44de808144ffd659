import test from 'ava';
import {createMonitor} from '../../src/training/monitor.ts';

const losses = (values: readonly number[]) => values.map((loss, index) => ({epoch: index + 1, step: index + 11, train: {loss: 0}, validation: {loss, accuracy: loss}}));

test('a loss is best where it is smallest, and only what is smaller is better', t => {
	const monitor = createMonitor('validationLoss');
	t.deepEqual(losses([3, 2, 2, 4, 1]).map(record => monitor.observe(record)), [true, true, false, false, true]);
	t.deepEqual(monitor.watched(), {best: {epoch: 5, step: 15, value: 1}, waited: 0});
});

test('an accuracy is best where it is largest', t => {
	const monitor = createMonitor('validationAccuracy');
	t.deepEqual(losses([0.3, 0.5, 0.5, 0.4]).map(record => monitor.observe(record)), [true, true, false, false]);
	t.deepEqual(monitor.watched(), {best: {epoch: 2, step: 12, value: 0.5}, waited: 2});
});

test('a change of no more than minDelta is none', t => {
	const monitor = createMonitor('validationLoss', {minDelta: 0.5});
	t.deepEqual(losses([3, 2.75, 2.5, 2.25]).map(record => monitor.observe(record)), [true, false, false, true]);
});

test('an epoch without the metric is not waited for', t => {
	const monitor = createMonitor('validationLoss');
	t.true(monitor.observe(losses([1])[0]!));
	t.false(monitor.observe({epoch: 2, step: 12, train: {loss: 0}}));
	t.is(monitor.watched().waited, 0);
});

test('a loss that is no number is never the best, the first one neither', t => {
	const monitor = createMonitor('loss');
	t.false(monitor.observe({epoch: 1, step: 1, train: {loss: Number.NaN}}));
	t.true(monitor.observe({epoch: 2, step: 2, train: {loss: 1}}));
	t.false(monitor.observe({epoch: 3, step: 3, train: {loss: Number.NaN}}));
	t.deepEqual(monitor.watched(), {best: {epoch: 2, step: 2, value: 1}, waited: 1});
});

test('a monitor that goes on counts as if it had never stopped', t => {
	const whole = createMonitor('validationLoss', {minDelta: 0.1});
	const records = losses([3, 2, 2.5, 1.95, 1, 1.5]);
	const told = records.map(record => whole.observe(record));
	for (let cut = 0; cut <= records.length; cut++) {
		const first = createMonitor('validationLoss', {minDelta: 0.1});
		const before = records.slice(0, cut).map(record => first.observe(record));
		const second = createMonitor('validationLoss', {minDelta: 0.1, from: first.watched()});
		t.deepEqual([...before, ...records.slice(cut).map(record => second.observe(record))], told);
		t.deepEqual(second.watched(), whole.watched());
	}
});
