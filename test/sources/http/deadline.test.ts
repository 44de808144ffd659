import test from 'ava';
import {createRateCheck} from '../../../src/sources/http/deadline.ts';
import {TransientFailure} from '../../../src/sources/http/failure.ts';
import {createHttpInput} from '../../../src/sources/http/http-input.ts';
import {collect} from '../../helpers/collect.ts';
import {failsWith, signal} from '../files.ts';
import {testNetwork} from './network.ts';
import {uglyServer, type Behaviour} from './ugly-server.ts';

test('a body is too slow when it brought too little over the time that was waited for it', t => {
	const rateCheck = createRateCheck({rate: 100, window: 1000});
	t.notThrows(() => {
		rateCheck.add(0, 999);
		rateCheck.add(100, 1);
	});
	t.notThrows(() => {
		rateCheck.add(1, 999);
	}, 'the time starts again');
	t.throws(() => {
		rateCheck.add(98, 1);
	}, {instanceOf: TransientFailure});
});

test('time in which nobody waits does not count', t => {
	const rateCheck = createRateCheck({rate: 100, window: 1000});
	t.notThrows(() => {
		for (let piece = 0; piece < 1000; piece++) {
			rateCheck.add(1, 0);
		}
	});
});

const content = Uint8Array.from({length: 50_000}, (_, index) => index % 251);

for (const [behaviour, options, reason] of [
	['stallHead', {headersTimeout: 500}, /no answer within 0\.5 s/u],
	['stallBody', {bodyTimeout: 50}, /the body brought nothing for 0\.05 s/u],
	['drip', {minimumRate: 1e6}, /the body brings \d+ bytes a second, expected 1000000 at least/u],
] as const satisfies ReadonlyArray<readonly [Behaviour, object, RegExp]>) {
	test(`${behaviour} is tried again and ends with 69`, async t => {
		const {address, seen} = await uglyServer(t, {
			content, other: content, validator: 'none', behaviour: () => behaviour, share: () => 0.5,
		});
		const {network} = await testNetwork(t, {retries: 1, ...options}, {rateWindow: 100});
		const work = collect(createHttpInput({addresses: [address], network}).bytes({signal: signal()}));
		await failsWith(t, work, 'HTTP_UNAVAILABLE', {exitCode: 69, attempts: 2});
		const error = await t.throwsAsync(work);
		t.regex(error?.message ?? '', reason);
		t.is(seen.length, 2);
	});
}
