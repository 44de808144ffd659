import test from 'ava';
import {allocateLane} from '../../src/batching/ring.ts';
import {createError} from '../../src/errors/threadloom-error.ts';
import {createLanes} from '../../src/feed/lanes.ts';
import {never} from './helpers.ts';

const request = {lane: 'train', split: 'train', epoch: 1, fromBatch: 0} as const;
const slot = {rows: 1, features: {shape: [1], dtype: 'uint8'}, label: {shape: [], dtype: 'uint8'}} as const;

test('a pass that waits for one that fails ends with it, though nothing lies in the lane', async t => {
	const lanes = createLanes(never);
	lanes.attach({train: allocateLane({slot, slots: 2})});
	let fail: ((error: Error) => void) | undefined;
	const first = lanes.queue(request, async () => new Promise((_resolve, reject) => {
		fail = reject;
	}), {signal: never});
	const second = lanes.queue(request, async () => t.fail() as never, {signal: never});
	await Promise.resolve();
	fail!(createError('ABORTED', {reason: 'a test'}));
	await t.throwsAsync(first, {code: 'ABORTED'});
	await t.throwsAsync(second, {code: 'ABORTED'});
	// Whoever asks afterwards knows of it.
	t.deepEqual(await lanes.queue(request, async () => ({batches: 3, examples: 3}), {signal: never}), {batches: 3, examples: 3});
	await lanes.idle();
});
