import {setTimeout} from 'node:timers/promises';
import test from 'ava';
import {createCommander} from '../../src/pool/commander.ts';
import {allocateControl, viewControl, word} from '../../src/pool/control.ts';

test('workers that have nothing to do are not taken for stuck', async t => {
	const control = viewControl(allocateControl({phases: 1, workers: 1}));
	const commander = createCommander(control, {workers: 1, deadlineMs: 1});
	t.teardown(commander.dispose);
	control.words[word.ready] = 1;
	await commander.ready();
	// The watch looks once a second.
	t.is(await Promise.race([commander.failed, setTimeout(2500, 'idle')]), 'idle');
});

test('workers that do not move are', async t => {
	const control = viewControl(allocateControl({phases: 1, workers: 1}));
	const commander = createCommander(control, {workers: 1, deadlineMs: 1});
	t.teardown(commander.dispose);
	await t.throwsAsync(commander.ready(), {code: 'NO_PROGRESS'});
});
