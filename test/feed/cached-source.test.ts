import test from 'ava';
import {createAllowance, createCachedSource} from '../../src/feed/cached-source.ts';
import {syntheticSource} from '../../src/sources/synthetic-source.ts';
import type {Source} from '../../src/sources/source.ts';
import {createMeter} from '../../src/stream/meter.ts';
import {never} from './helpers.ts';

const cache = async (source: Source, allowance = createAllowance(1e6)) => createCachedSource({
	source, spec: await source.describe({signal: never}), chunkBytes: 64, allowance, meter: createMeter(), keeps: true, signal: never,
});

test('a source that failed once is decoded when it is asked again, and what it gave before takes no memory', async t => {
	const source = syntheticSource({count: 30, shape: [4]});
	let reads = 0;
	const allowance = createAllowance(1e6);
	const cached = await cache({
		...source,
		async * chunks(options) {
			reads++;
			for await (const chunk of source.chunks(options)) {
				yield chunk;
				if (reads === 1) {
					throw new Error('mine');
				}
			}
		},
	}, allowance);
	await t.throwsAsync(cached.complete({signal: never}), {message: 'mine'});
	t.is(allowance.taken(), 0);
	const store = await cached.complete({signal: never});
	t.is(store.count, 30);
	t.is(await cached.complete({signal: never}), store);
	t.is(reads, 2);
	await cached.close();
	t.is(allowance.taken(), 0);
});

test('whoever stops waiting for the decoding leaves it to the others', async t => {
	let open = (): void => undefined;
	const gate = new Promise<void>(resolve => {
		open = resolve;
	});
	const source = syntheticSource({count: 30, shape: [4]});
	let reads = 0;
	const cached = await cache({
		...source,
		async * chunks(options) {
			reads++;
			await gate;
			yield * source.chunks(options);
		},
	});
	const leaving = new AbortController();
	const [left, stays] = [cached.complete({signal: leaving.signal}), cached.complete({signal: never})];
	leaving.abort(new Error('enough'));
	await t.throwsAsync(left, {code: 'ABORTED'});
	const again = cached.complete({signal: never});
	open();
	t.is((await stays).count, 30);
	t.is(await again, await stays);
	t.is(reads, 1);
});
