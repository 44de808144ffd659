import {createHash} from 'node:crypto';
import test from 'ava';
import fc from 'fast-check';
import {decode, encodeParts, type Checkpoint} from '../../src/checkpoints/format.ts';
import type {CheckpointHeader} from '../../src/checkpoints/schema.ts';
import {ThreadloomError} from '../../src/errors/threadloom-error.ts';

const header: CheckpointHeader = {
	format: 1, build: '0.0.0', runId: 'run', digests: {definition: 'd', operators: {}, data: {}}, seed: 1, shards: 2,
	engine: {name: 'reference', backend: 'js', version: '1', family: 'plain'}, optimizer: 'sgd',
	progress: {
		step: 3, epoch: 1, batch: 2, open: {steps: 2, count: 8, loss: 1.5, correct: 3, gradientNorm: 0.25, updateRatio: 0, measured: 0, skipped: 0}, skipped: 0,
		monitor: {waited: 0}, stopper: {waited: 0},
	},
	operatorStates: {},
	layout: [{name: 'dense/kernel', shape: [2, 2], offset: 0, dtype: 'float32', trainable: true}],
	tensors: [{name: 'parameters', dtype: 'float32', length: 4}],
};

/** A file around a header, with the right checksum: whoever forges one can compute it. */
const seal = (json: string, {data = 16, claim}: {readonly data?: number; readonly claim?: number | undefined} = {}): Uint8Array => {
	const text = Buffer.from(json);
	const length = Buffer.alloc(4);
	length.writeUInt32LE(claim ?? text.length);
	const body = Buffer.concat([Buffer.from('THRDLOOM'), length, text, Buffer.alloc(data)]);
	return Buffer.concat([body, createHash('sha256').update(body).digest()]);
};

const mega = 2 ** 20;
/** Far above what it takes on a machine that has other work, far below what reading it in earnest would. */
const deadlineMs = 4000;

/** What came of reading a file: no other error than its own, soon, and no memory beyond a few times the file's. */
const judge = (file: Uint8Array): Checkpoint | ThreadloomError => {
	const before = process.memoryUsage().arrayBuffers;
	const start = performance.now();
	let outcome: Checkpoint | ThreadloomError;
	try {
		outcome = decode(file, 'x.ckpt');
	} catch (error) {
		if (!(error instanceof ThreadloomError) || error.code !== 'CHECKPOINT_INVALID' || error.exitCode !== 81) {
			throw error;
		}

		outcome = error;
	}

	const milliseconds = performance.now() - start;
	const grown = process.memoryUsage().arrayBuffers - before;
	if (milliseconds > deadlineMs || grown > 2 * file.length + mega) {
		throw new Error(`it took ${milliseconds} ms and ${grown} bytes`);
	}

	return outcome;
};

/** Numbers at which products overflow, signs turn and exactness ends. */
const size = fc.oneof(
	fc.constantFrom(0, 1, 2, 4, 65_536, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1, 2 ** 32, 2 ** 40, Number.MAX_SAFE_INTEGER, 2 ** 53, 1e308, -1, 0.5),
	fc.double(),
	fc.integer(),
);
const name = fc.oneof(fc.constantFrom('parameters', 'dense/kernel', '__proto__', 'constructor', 'toString', ''), fc.string());
const dtype = fc.constantFrom('float32', 'float64', 'int8', '');
const entry = fc.record({name, shape: fc.array(size, {maxLength: 12}), offset: size, dtype, trainable: fc.boolean()}, {requiredKeys: []});
const vector = fc.record({name, dtype, length: size}, {requiredKeys: []});
const change = fc.oneof(
	fc.record({layout: fc.oneof(fc.array(entry, {maxLength: 5}), fc.jsonValue()), tensors: fc.oneof(fc.array(vector, {maxLength: 5}), fc.jsonValue())}, {requiredKeys: []}),
	fc.tuple(fc.oneof(fc.constantFrom(...Object.keys(header), '__proto__'), fc.string()), fc.jsonValue()).map(([key, value]) => Object.fromEntries([[key, value]])),
);

test('the file that the others are made from is read', t => {
	t.deepEqual((judge(seal(JSON.stringify(header))) as Checkpoint).header, header);
});

test('whatever a forged header says, it is refused soon and without memory, or its vectors are those of the file', t => {
	fc.assert(fc.property(change, fc.nat({max: 64}), (forged, data) => {
		const outcome = judge(seal(JSON.stringify({...header, ...forged}), {data}));
		if (!(outcome instanceof ThreadloomError)) {
			const bytes = Object.values(outcome.tensors).reduce((sum, {byteLength}) => sum + byteLength, 0);
			t.is(bytes, data);
		}
	}), {numRuns: 2000});
	t.is(({} as {polluted?: unknown}).polluted, undefined);
});

test('whatever is changed, cut off or put into a file, with its checksum made right again or not, it is refused or means the same', t => {
	const valid = seal(JSON.stringify(header));
	const edits = fc.array(fc.tuple(fc.nat({max: valid.length - 1}), fc.oneof(fc.uint8Array({maxLength: 20}), fc.constant(new Uint8Array(0))), fc.nat({max: 20})), {minLength: 1, maxLength: 4});
	fc.assert(fc.property(edits, fc.boolean(), (changes, resealed) => {
		let bytes: Uint8Array = valid.subarray(0, -32);
		for (const [at, put, drop] of changes) {
			bytes = Buffer.concat([bytes.subarray(0, at), put, bytes.subarray(at + drop)]);
		}

		const digest = resealed ? createHash('sha256').update(bytes).digest() : valid.subarray(-32);
		const outcome = judge(Buffer.concat([bytes, digest]));
		if (!resealed && !(outcome instanceof ThreadloomError)) {
			t.deepEqual(bytes, valid.subarray(0, -32));
		}
	}), {numRuns: 2000});
});

/** As many of something as fit into the longest header. */
const many = (part: (index: number) => string): string => {
	const parts: string[] = [];
	for (let bytes = 0; bytes < 8 * mega - 4096; bytes += parts.at(-1)!.length + 1) {
		parts.push(part(parts.length));
	}

	return parts.join(',');
};

for (const [what, json] of [
	['names', () => `{"digests":{"operators":{${many(index => `"a${index}":""`)}}}}`],
	['unknown keys', () => `{${many(index => `"k${index}":1`)}}`],
	['sizes of one shape', () => `{"layout":[{"name":"a","shape":[${many(() => '1')}],"offset":0,"dtype":"float32","trainable":true}]}`],
	['entries', () => `{"layout":[${many(() => '{}')}]}`],
	['lists in lists', () => '['.repeat(8 * mega - 4096)],
	['digits', () => `{"seed":${'1'.repeat(8 * mega - 4096)}}`],
] as const) {
	test.serial(`a header of 8 MiB of ${what} is refused soon`, t => {
		t.true(judge(seal(json())) instanceof ThreadloomError);
	});
}

test('a header that claims more than there is, or more than any has, is refused', t => {
	for (const claim of [0xFF_FF_FF_FF, 2 ** 31, 8 * mega + 1, 5000]) {
		t.true(judge(seal(JSON.stringify(header), {claim})) instanceof ThreadloomError);
	}
});

test('a vector that is there twice, or is not as long as the layout, is refused', t => {
	const vectorOf = (length: number) => ({name: 'parameters', dtype: 'float32' as const, length});
	for (const tensors of [[vectorOf(4), vectorOf(4)], [vectorOf(3)], [vectorOf(5)]]) {
		const data = 4 * tensors.reduce((sum, {length}) => sum + length, 0);
		t.like(judge(seal(JSON.stringify({...header, tensors}), {data})), {code: 'CHECKPOINT_INVALID', details: {reason: 'the vector "parameters" does not fit'}});
	}
});

test('the long state of an operator is read, and one that no reader would take is not written', t => {
	const withState = (length: number): Checkpoint => ({
		header: {...header, operatorStates: {0: {mean: Array.from({length}, (_, index) => Math.sqrt(index))}}},
		tensors: {parameters: new Float32Array(4)},
	});
	const body = Buffer.concat(encodeParts(withState(150_528)));
	const read = judge(Buffer.concat([body, createHash('sha256').update(body).digest()]));
	t.deepEqual((read as Checkpoint).header, withState(150_528).header);
	t.throws(() => encodeParts(withState(1_000_000)), {code: 'WRITE_FAILED', message: /states of fitted operators are too large/u});
});
