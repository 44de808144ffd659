import {createHash} from 'node:crypto';
import process from 'node:process';
import {gzipSync} from 'node:zlib';
import test, {type ExecutionContext} from 'ava';
import {ThreadloomError} from '../../../src/errors/threadloom-error.ts';
import {createRandom, derive, keyOf, type Random} from '../../../src/random/generator.ts';
import {createHttpInput} from '../../../src/sources/http/http-input.ts';
import {idxSource} from '../../../src/sources/idx-source.ts';
import {collect} from '../../helpers/collect.ts';
import {failsWith, idxBytes, signal} from '../files.ts';
import {testNetwork} from './network.ts';
import {uglyScript, uglyServer, type Behaviour, type Validator} from './ugly-server.ts';

/** More runs explore more: THREADLOOM_RUNS=2000, and THREADLOOM_FIRST_SEED to repeat one. */
const runs = Number(process.env['THREADLOOM_RUNS'] ?? 60);
const firstSeed = Number(process.env['THREADLOOM_FIRST_SEED'] ?? 0);
/** Short, so that stalls do not hold the test up; an honest answer that is late only costs a retry. */
const deadlines = {headersTimeout: 250, bodyTimeout: 150, minimumRate: 4000, retries: 4};
const shape = [64, 5, 5];

/** Images that differ from version to version in every record. */
const images = (version: number, isPacked: boolean): Uint8Array => {
	const random = createRandom(derive(keyOf(version), 'images'));
	const raw = idxBytes('uint8', shape, index => random.integer(index, 256));
	return isPacked ? gzipSync(raw) : raw;
};

const sha256Of = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
const pick = <T>(random: Random, counter: number, from: readonly T[]): T => from[random.integer(counter, from.length)]!;

interface Case {
	readonly validator: Validator;
	readonly isPinned: boolean;
	readonly isPacked: boolean;
	readonly servers: number;
	readonly length: number;
}

const caseOf = (random: Random): Case => ({
	validator: pick(random, 0, ['strong', 'weak', 'none']),
	isPinned: pick(random, 1, [true, false]),
	isPacked: pick(random, 2, [true, false]),
	servers: pick(random, 3, [1, 2]),
	length: random.integer(4, 5),
});

/** All records of one pass, as a digest. */
const recordsOf = async (source: ReturnType<typeof idxSource>): Promise<string> => {
	const hash = createHash('sha256');
	for (const {features} of await collect(source.chunks({signal: signal(), chunkBytes: 300}))) {
		hash.update(features as Uint8Array);
	}

	return hash.digest('hex');
};

const recordDigest = (version: number): string => sha256Of(images(version, false).subarray(16));

const explore = async (t: ExecutionContext, seed: number): Promise<string> => {
	const random = createRandom(derive(keyOf(seed), 'ugly'));
	const {validator, isPinned, isPacked, servers, length} = caseOf(random.fork('case'));
	const content = images(1, isPacked);
	const opened = await Promise.all(Array.from({length: servers}, async (_, server) => uglyServer(t, {
		content, other: images(2, isPacked), validator, ...uglyScript(random.fork('server', server), length),
	})));
	const {network} = await testNetwork(t, {...deadlines, ...(seed % 3 === 0 && {cacheBytes: 0})}, {rateWindow: 100});
	const pin = isPinned ? sha256Of(content) : undefined;
	const input = createHttpInput({addresses: opened.map(({address}) => address), sha256: pin, network});
	const source = idxSource({id: 'ugly', images: input, sha256: {images: pin}});
	const told = `seed ${seed}: ${JSON.stringify({validator, isPinned, isPacked, servers})}, ${opened.map(({seen}) => seen.map(({behaviour}) => behaviour).join(' ')).join(' | ')}`;
	let outcome = '';
	for (const pass of [1, 2]) {
		try {
			const got = await recordsOf(source);
			// Without a pin nobody can tell one version from another, but it is one of them and whole.
			const versions = isPinned ? [1] : [1, 2];
			t.true(versions.map(version => recordDigest(version)).includes(got), `pass ${pass} gave records of no version; ${told}`);
			outcome += 'whole ';
		} catch (error) {
			if (!(error instanceof ThreadloomError)) {
				throw error;
			}

			t.true([65, 66, 69, 77].includes(error.exitCode), `${error.code}: ${error.message}; ${told}`);
			t.true(error.message.includes('127.0.0.1'), `the place is told: ${error.message}`);
			outcome += `${error.code} `;
		}
	}

	return outcome;
};

test('whatever a server does, the records are those of one whole version, or the run ends with a code', async t => {
	const outcomes = new Map<string, number>();
	for (let seed = firstSeed; seed < firstSeed + runs; seed++) {
		const outcome = await explore(t, seed);
		outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
	}

	t.log(Object.fromEntries([...outcomes].toSorted(([, a], [, b]) => b - a)));
});

const passing: readonly Behaviour[] = ['cut', 'ignoreRange', 'drip', 'noLength', 'noLengthCut', 'status429', 'status503', 'stallHead', 'stallBody', 'reset'];

for (const [validator, isPinned] of [['strong', false], ['none', true], ['none', false], ['weak', false]] as const) {
	test(`cuts and stalls pass, and the bytes are the same: ${validator} validator, ${isPinned ? 'pinned' : 'not pinned'}`, async t => {
		for (let seed = firstSeed; seed < firstSeed + Math.ceil(runs / 6); seed++) {
			const random = createRandom(derive(keyOf(seed), 'passing'));
			const content = images(1, true);
			const {address, seen} = await uglyServer(t, {
				content,
				other: content,
				validator,
				behaviour: request => (request < 6 ? pick(random.fork('behaviour'), request, isPinned ? [...passing, 'longLength'] : passing) : 'serve'),
				share: request => random.uniform(request),
			});
			const {network} = await testNetwork(t, {...deadlines, retries: 20}, {rateWindow: 100});
			const bytes = await collect(createHttpInput({addresses: [address], network, ...(isPinned && {sha256: sha256Of(content)})}).bytes({signal: signal()}));
			t.deepEqual(Buffer.concat(bytes), Buffer.from(content), `seed ${seed}: ${seen.map(({behaviour}) => behaviour).join(' ')}`);
		}
	});
}

test('leaving early does not wait for a server that has gone quiet', async t => {
	const content = images(1, true);
	const {address} = await uglyServer(t, {
		content, other: content, validator: 'strong', behaviour: () => 'stallBody', share: () => 0.9,
	});
	const {network} = await testNetwork(t, {bodyTimeout: 600_000});
	const source = idxSource({id: 'quiet', images: createHttpInput({addresses: [address], network})});
	const {count} = await source.describe({signal: signal()});
	t.is(count, shape[0]);
	const chunks = source.chunks({signal: signal(), chunkBytes: 1})[Symbol.asyncIterator]();
	const first = await chunks.next();
	t.is(first.done === true ? undefined : first.value.first, 0);
	await chunks.return?.();
});

for (const [validator, isPacked, code] of [['strong', true, 'GZIP_TRUNCATED'], ['none', true, 'GZIP_TRUNCATED'], ['none', false, 'IDX_TRUNCATED']] as const) {
	test(`a body without a length that is always cut in one place is asked for again, and is no whole file: ${validator} validator, ${isPacked ? 'packed' : 'raw'}`, async t => {
		const whole = images(1, isPacked);
		const content = whole.subarray(0, -20);
		const {address, seen} = await uglyServer(t, {
			content, other: content, validator, behaviour: () => 'noLength', share: () => 1,
		});
		const {network} = await testNetwork(t);
		const source = idxSource({id: 'cut', images: createHttpInput({addresses: [address], network})});
		await failsWith(t, collect(source.chunks({signal: signal(), chunkBytes: 300})), code, {exitCode: 65});
		t.is(seen.length, 2);
		const kept = await network.cache.has(sha256Of(content));
		t.is(kept, validator === 'strong', 'only a server that says where the file ends is believed for another run');
	});
}
