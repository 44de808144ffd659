import test from 'ava';
import fc from 'fast-check';
import type {ThreadloomError} from '../../src/errors/threadloom-error.ts';
import {openKernels} from '../../src/kernels/compiled.ts';
import {dropoutMask} from '../../src/kernels/dropout-mask.ts';
import {allocateArena} from '../../src/kernels/memory.ts';
import {reduceShards} from '../../src/kernels/reduce.ts';
import {squaredChanges} from '../../src/kernels/squared-changes.ts';
import type {OptimizerConfig} from '../../src/optimizers/config.ts';
import {createOptimizer} from '../../src/optimizers/registry.ts';
import {updateBlock} from '../../src/optimizers/update-block.ts';
import {keyOf} from '../../src/random/generator.ts';

const bits = (values: Float32Array): Uint32Array => new Uint32Array(values.buffer, values.byteOffset, values.length);

/** Every kind of float32: ordinary numbers, denormals, zeros of both signs, infinities and what is no number. */
const float = fc.oneof(
	{weight: 6, arbitrary: fc.float({min: -4, max: 4, noNaN: true})},
	{weight: 2, arbitrary: fc.constantFrom(0, -0, 1e-16, -1e-16, 2e-16, 8e-31, 9e-31, 1e-40, -1e-40, 1e-45)},
	{weight: 1, arbitrary: fc.float()},
);

/** NaN has many bit patterns, and which one comes out is nobody's promise. */
const canonical = (values: Float32Array): readonly number[] => [...bits(values)].map((word, index) => (Number.isNaN(values[index]) ? -1 : word));

const floats = (wanted: Readonly<Record<string, readonly number[]>>, {shared = true} = {}) => {
	const {memory, buffers} = allocateArena(Object.entries(wanted).map(([name, values]) => ({name, bytes: values.length * 4})), {shared});
	const arrays = Object.fromEntries(Object.entries(wanted).map(([name, values]) => {
		const array = new Float32Array(buffers[name]!.buffer, buffers[name]!.byteOffset, values.length);
		array.set(values);
		return [name, array];
	}));
	return {kernels: openKernels(memory)!, arrays};
};

const configs: readonly OptimizerConfig[] = [
	{name: 'sgd', momentum: 0, nesterov: false},
	{name: 'sgd', momentum: 0.9, nesterov: false},
	{name: 'sgd', momentum: 0.9, nesterov: true},
	{name: 'adagrad', initialAccumulatorValue: 0.1, epsilon: 1e-7},
	{name: 'rmsprop', rho: 0.9, momentum: 0, epsilon: 1e-7, centered: false},
	{name: 'rmsprop', rho: 0.9, momentum: 0.5, epsilon: 1e-7, centered: false},
	{name: 'rmsprop', rho: 0.9, momentum: 0, epsilon: 1e-7, centered: true},
	{name: 'rmsprop', rho: 0.9, momentum: 0.5, epsilon: 1e-7, centered: true},
	{name: 'adam', beta1: 0.9, beta2: 0.999, epsilon: 1e-7},
	{name: 'adamw', beta1: 0.9, beta2: 0.999, epsilon: 1e-7, weightDecay: 0.004},
];

for (const config of configs) {
	test(`the compiled update gives the bits of its twin: ${JSON.stringify(config)}`, t => {
		const optimizer = createOptimizer(config);
		const row = fc.record({parameter: float, gradient: float, slots: fc.tuple(float, float, float)});
		fc.assert(fc.property(fc.array(row, {minLength: 1, maxLength: 40}), fc.integer({min: 1, max: 1000}), fc.float({min: Math.fround(1e-3), max: 1, noNaN: true}), (rows, step, scale) => {
			const start: Record<string, number[]> = {parameters: rows.map(({parameter}) => parameter), gradients: rows.map(({gradient}) => gradient)};
			for (const [index, name] of optimizer.slots.entries()) {
				start[name] = rows.map(({slots}) => slots[index]!);
			}

			const scalars = optimizer.scalars({step, learningRate: 0.01});
			const [twin, compiled] = [false, true].map(isCompiled => {
				const {kernels, arrays} = floats(start);
				const block = {parameters: arrays['parameters']!, gradients: arrays['gradients']!, slots: optimizer.slots.map(name => arrays[name]!), scale, scalars};
				updateBlock(optimizer, block, isCompiled ? kernels : undefined);
				return [block.parameters, ...block.slots].map(values => canonical(values));
			});
			t.deepEqual(compiled, twin);
		}), {numRuns: 200});
	});
}

test('the compiled sum over shards gives the bits of its twin, and the same norm', t => {
	fc.assert(fc.property(fc.integer({min: 1, max: 5}), fc.array(fc.array(float, {minLength: 5, maxLength: 5}), {minLength: 1, maxLength: 43}), fc.nat({max: 10}), (count, columns, skipped) => {
		const {length} = columns;
		const from = Math.min(skipped, length);
		const values = Array.from({length: count}, (_, shard) => columns.map(column => column[shard]!)).flat();
		const [twin, compiled] = [false, true].map(isCompiled => {
			const {kernels, arrays} = floats({shards: values, out: columns.map(() => 7)});
			const norm = reduceShards({shards: arrays['shards']!, count, length, from, to: length, out: arrays['out']!}, isCompiled ? kernels : undefined);
			return {norm, sums: canonical(arrays['out']!)};
		});
		t.deepEqual(compiled, twin);
	}), {numRuns: 500});
});

test('the compiled squares of changes are those of their twin, of any length', t => {
	fc.assert(fc.property(fc.array(fc.record({before: float, after: float}), {minLength: 1, maxLength: 40}), rows => {
		const {kernels, arrays: {before, after}} = floats({before: rows.map(row => row.before), after: rows.map(row => row.after)}, {shared: false});
		return Object.is(squaredChanges(before!, after!, kernels), squaredChanges(before!, after!));
	}));
	const [before, after] = [Float32Array.of(1, 2, 3, 4, 5), Float32Array.of(2, 4, 3, 1, 5.5)];
	t.is(squaredChanges(before, after), 1 + 4 + 9 + 0.25);
});

test('the compiled dropout mask gives the bits of its twin, in private memory too', t => {
	fc.assert(fc.property(fc.record({
		seed: fc.nat(), step: fc.integer({min: 1, max: 1_000_000}), layer: fc.nat({max: 9}), rows: fc.integer({min: 1, max: 5}),
		size: fc.constantFrom(8, 16, 24, 7, 12), rate: fc.double({min: 0, max: 0.99, noNaN: true}),
	}), ({seed, step, layer, rows, size, rate}) => {
		const [twin, compiled] = [false, true].map(isCompiled => {
			const {kernels, arrays} = floats({out: Array.from({length: rows * size}, () => 7)}, {shared: false});
			dropoutMask({key: keyOf(seed), step, layer, firstRow: seed % 100, rows, size, rate, out: arrays['out']!}, isCompiled ? kernels : undefined);
			return canonical(arrays['out']!);
		});
		t.deepEqual(compiled, twin);
	}), {numRuns: 200});
});

test('buffers of an arena start at cache lines, do not overlap and are zero', t => {
	const {buffers} = allocateArena([{name: 'a', bytes: 65}, {name: 'b', bytes: 4}, {name: 'c', bytes: 70_000}], {shared: true});
	t.deepEqual(Object.values(buffers).map(({byteOffset, byteLength}) => [byteOffset % 64, byteLength]), [[0, 65], [0, 4], [0, 70_000]]);
	t.true(buffers['a']!.byteOffset > 0, 'address 0 means that a vector is not there');
	t.true(buffers['b']!.byteOffset >= buffers['a']!.byteOffset + 65);
	t.true(buffers['c']!.byteOffset >= buffers['b']!.byteOffset + 4);
	t.true(buffers['c']!.every(byte => byte === 0));
});

test('buffers too large for one memory have one each, and no kernels', t => {
	const {memory, buffers} = allocateArena([{name: 'a', bytes: 64}, {name: 'b', bytes: 2 ** 32}], {shared: true});
	t.is(memory, undefined);
	t.is(openKernels(memory), undefined);
	t.is(buffers['b']!.byteLength, 2 ** 32);
});

test('buffers for which there is no room are refused by their size', t => {
	t.throws(() => allocateArena([{name: 'a', bytes: 2 ** 52}], {shared: true}), {code: 'MODEL_TOO_LARGE', message: /4194304\.0 GiB/u});
});

test.serial('memory that the machine refuses is told with how much was asked for, and a defect as what it is', t => {
	const {Memory} = WebAssembly;
	const refuseWith = (failing: Error): void => {
		Object.assign(WebAssembly, {
			// A function, so that it can be called with `new`.
			Memory: function () { // eslint-disable-line object-shorthand -- a method is no constructor
				throw failing;
			},
		});
	};

	const ask = () => allocateArena([{name: 'a', bytes: 3 * (2 ** 20)}, {name: 'b', bytes: 2 ** 19}], {shared: true});
	try {
		refuseWith(new RangeError('could not allocate memory'));
		const error = t.throws(ask, {code: 'MEMORY_REFUSED', message: /3\.5 MiB .*could not allocate memory/u}) as ThreadloomError;
		t.is(error.exitCode, 75);
		t.throws(() => allocateArena([{name: 'a', bytes: 64}], {shared: true}), {code: 'MEMORY_REFUSED', message: /not give the \d+ bytes of/u});
		refuseWith(new TypeError('another'));
		t.throws(ask, {instanceOf: TypeError, message: 'another'});
	} finally {
		Object.assign(WebAssembly, {Memory});
	}

	t.throws(() => allocateArena([{name: 'a', bytes: -64}, {name: 'b', bytes: 2 ** 17}], {shared: true}), {instanceOf: RangeError});
});
