import {once} from 'node:events';
import {Worker} from 'node:worker_threads';
import test from 'ava';
import fc from 'fast-check';
import {createBarrier} from '../../src/pool/barrier.ts';
import {tilesOf} from '../../src/engines/tiles.ts';

for (const parties of [1, 2, 3, 4]) {
	test(`${parties} threads leave each meeting together, whoever comes last`, async t => {
		const rounds = 60;
		const words = new Int32Array(new SharedArrayBuffer(16));
		const threads = Array.from({length: parties}, (_, party) => new Worker(new URL('fixtures/barrier-thread.js', import.meta.url), {workerData: {words, parties, rounds, party}}));
		await Promise.all(threads.map(async thread => once(thread, 'exit')));
		t.is(words[3], 0);
		t.is(words[2], rounds * parties);
	});
}

test('whoever waits alone leaves when asked to, and is late after the deadline', t => {
	t.is(createBarrier(new Int32Array(new SharedArrayBuffer(8)), 0, 2).meet({deadlineMs: 60_000, leave: () => true}), 'left');
	t.is(createBarrier(new Int32Array(new SharedArrayBuffer(8)), 0, 2).meet({deadlineMs: 0, leave: () => false}), 'late');
});

test('every tile belongs to one worker, in ascending order, and the shares differ by one at most', t => {
	fc.assert(fc.property(fc.nat(300), fc.integer({min: 1, max: 64}), (tiles, workers) => {
		const shares = Array.from({length: workers}, (_, worker) => tilesOf(tiles, {worker, workers}));
		t.deepEqual(shares.flat(), Array.from({length: tiles}, (_, tile) => tile));
		const lengths = shares.map(({length}) => length);
		t.true(Math.max(...lengths) - Math.min(...lengths) <= 1);
	}));
});

test('a phase for each runs once on every worker', t => {
	t.deepEqual([0, 1, 2].map(worker => tilesOf('each', {worker, workers: 3})), [[0], [1], [2]]);
});
