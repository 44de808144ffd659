import test, {type ExecutionContext} from 'ava';
import {ThreadloomError} from '../../src/errors/threadloom-error.ts';
import type {Source} from '../../src/sources/source.ts';
import {bytesOf, sizeOf} from '../../src/tensor/shape.ts';
import type {RecordChunk} from '../../src/tensor/example.ts';
import {collect} from '../helpers/collect.ts';

export interface SourceConformanceOptions {
	/** Makes the source; 4 to 100 records. */
	readonly create: (t: ExecutionContext) => Promise<Source>;
	/** Things of the system that the source has open now, where it has any. */
	readonly open?: (t: ExecutionContext) => Promise<number>;
	/** Whether `digests()` names something after a pass; undefined where that is left open. */
	readonly hasDigests: boolean | undefined;
}

interface Flat {
	readonly features: number[];
	readonly labels: number[];
}

const flatten = (chunks: readonly RecordChunk[]): Flat => ({
	features: chunks.flatMap(({features}) => [...features]),
	labels: chunks.flatMap(({labels}) => [...labels]),
});

/** The tests that every source passes. */
export const sourceConformance = (name: string, {create, open = async () => 0, hasDigests}: SourceConformanceOptions): void => {
	const signal = (): AbortSignal => new AbortController().signal;

	test.serial(`${name}: chunks of every size from one record on give the same records`, async t => {
		const source = await create(t);
		const spec = await source.describe({signal: signal()});
		const recordBytes = bytesOf(spec.features) + bytesOf(spec.label);
		const all = flatten(await collect(source.chunks({signal: signal(), chunkBytes: 1e9})));
		const count = all.labels.length / sizeOf(spec.label.shape);
		t.is(spec.count ?? count, count);
		t.is(all.features.length, count * sizeOf(spec.features.shape));
		for (let rows = 1; rows <= count + 1; rows++) {
			const chunks = await collect(source.chunks({signal: signal(), chunkBytes: rows === 1 ? 1 : rows * recordBytes}));
			let next = 0;
			for (const chunk of chunks) {
				t.is(chunk.first, next);
				t.is(chunk.source, source.id);
				t.true(chunk.count >= 1 && chunk.count <= rows, `${chunk.count} records in a chunk for ${rows}`);
				t.is(chunk.features.length, chunk.count * sizeOf(spec.features.shape));
				t.is(chunk.labels.length, chunk.count * sizeOf(spec.label.shape));
				next += chunk.count;
			}

			t.deepEqual(flatten(chunks), all);
		}
	});

	test.serial(`${name}: a second pass is the same as the first, and both may run at once`, async t => {
		const source = await create(t);
		const [first, second] = await Promise.all([1, 2].map(async () => collect(source.chunks({signal: signal(), chunkBytes: 100}))));
		const third = await collect(source.chunks({signal: signal(), chunkBytes: 100}));
		t.deepEqual(second, first);
		t.deepEqual(third, first);
	});

	test.serial(`${name}: nothing is open after the end, after leaving early and after describing`, async t => {
		const source = await create(t);
		const before = await open(t);
		await source.describe({signal: signal()});
		t.is(await open(t), before);
		for await (const chunk of source.chunks({signal: signal(), chunkBytes: 1})) {
			if (chunk.first === 1) {
				break;
			}
		}

		t.is(await open(t), before);
		await collect(source.chunks({signal: signal(), chunkBytes: 1}));
		t.is(await open(t), before);
	});

	test.serial(`${name}: an abort before or between two chunks rejects`, async t => {
		const source = await create(t);
		const before = await open(t);
		await t.throwsAsync(collect(source.chunks({signal: AbortSignal.abort(), chunkBytes: 1})), {instanceOf: ThreadloomError});
		const controller = new AbortController();
		const chunks = source.chunks({signal: controller.signal, chunkBytes: 1})[Symbol.asyncIterator]();
		await chunks.next();
		controller.abort(new Error('enough'));
		const error = await t.throwsAsync(chunks.next(), {instanceOf: ThreadloomError});
		t.is(error?.code, 'ABORTED');
		t.is(await open(t), before);
	});

	test.serial(`${name}: digests are sha256 in hex and stay the same`, async t => {
		const source = await create(t);
		await collect(source.chunks({signal: signal(), chunkBytes: 100}));
		const digests = source.digests();
		t.is(Object.keys(digests).length > 0, hasDigests ?? Object.keys(digests).length > 0);
		t.true(Object.values(digests).every(digest => /^[\da-f]{64}$/u.test(digest)));
		await collect(source.chunks({signal: signal(), chunkBytes: 1000}));
		t.deepEqual({...source.digests(), ...digests}, source.digests());
	});
};
