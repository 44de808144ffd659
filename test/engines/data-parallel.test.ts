import test from 'ava';
import {openDataParallel, planDataParallel} from '../../src/engines/data-parallel.ts';
import {allocateMemory, type EngineOptions} from '../../src/engines/engine.ts';
import {tilesOf} from '../../src/engines/tiles.ts';
import {inputMapOf, modelOf, slotOf, type Case} from './cases.ts';

const given: Case = {
	title: 'wide', input: [300], rows: 6, loss: 'sparseCategoricalCrossentropy', label: 'index',
	layers: [{dense: {units: 150, activation: 'relu'}}, {dense: {units: 3, activation: 'softmax'}}],
};
const model = modelOf(given);
const options = ({globalClipNorm}: Pick<Partial<EngineOptions>, 'globalClipNorm'> = {}): EngineOptions => ({
	input: inputMapOf(given), optimizer: {name: 'sgd', momentum: 0, nesterov: false}, rows: 6, evaluationRows: 6, shards: 3, seed: 1, globalClipNorm, precision: 'float32',
});

/** One step in which shard s has the loss and all the gradient that `shards[s]` says, with workers that run in a given order. */
const stepOf = async ({shards, workers, order, start = 0, ...others}: {
	readonly shards: ReadonlyArray<{readonly loss: number; readonly gradient: number}>;
	readonly workers: number;
	/** Workers in the order in which they run each phase. */
	readonly order: readonly number[];
	/** What every parameter is before the step. */
	readonly start?: number;
} & Pick<Partial<EngineOptions>, 'globalClipNorm'>) => {
	const plan = planDataParallel('reference', model, {options: options(others), lowering: {backend: 'fake', version: '0', family: 'fake'}});
	const memory = allocateMemory(plan);
	new Float32Array(memory.regions['parameters']!.buffer, memory.regions['parameters']!.byteOffset, model.parameterCount).fill(start);
	const executors = Array.from({length: workers}, (_, worker) => openDataParallel(plan, memory, {worker, workers}, {
		load() {},
		gradients(shard, _step, into) {
			const {loss, gradient} = shards[shard]!;
			into.fill(gradient);
			return {loss, correct: 1};
		},
		predict() {},
		async release() {},
	}));
	for (const [phase, {tiles}] of plan.phases.entries()) {
		for (const worker of order) {
			for (const tile of tilesOf(tiles, {worker, workers})) {
				await executors[worker]!.run(phase, tile, {number: 1, epoch: 1, learningRate: 1, slot: slotOf(given), weightSum: 1, isMeasured: true});
			}
		}
	}

	const [loss, correct, norm, finite, applied] = new Float64Array(memory.exchange['outcome']!.slice().buffer);
	return {loss, correct, norm, finite, applied, updateRatio: executors[0]!.updateRatio(), parameters: new Float32Array(memory.regions['parameters']!.slice().buffer)};
};

const crews = [[0], [0, 1], [1, 0], [2, 0, 1], [3, 2, 1, 0]];

for (const order of crews) {
	const workers = order.length;
	test(`gradients and losses are summed in the shards' order when ${workers} workers run as ${order.join(', ')}`, async t => {
		// In float64 (1 + 2^53) + 1 is 2^53, and 1 + (2^53 + 1) or (1 + 1) + 2^53 is more; likewise 2^24 in float32.
		const early = await stepOf({workers, order, shards: [{loss: 1, gradient: 1}, {loss: 2 ** 53, gradient: 2 ** 24}, {loss: 1, gradient: 1}]});
		t.is(early.loss, 2 ** 53);
		t.true(early.parameters.every(value => value === -(2 ** 24)));
		const late = await stepOf({workers, order, shards: [{loss: 1, gradient: 1}, {loss: 1, gradient: 1}, {loss: 2 ** 53, gradient: 2 ** 24}]});
		t.is(late.loss, 2 ** 53 + 2);
		t.true(late.parameters.every(value => value === -(2 ** 24 + 2)));
		t.is(late.correct, 3);
	});

	test(`the gradient is clipped by its norm over all blocks when ${workers} workers run as ${order.join(', ')}`, async t => {
		const shards = [1, 2, 3].map(gradient => ({loss: 1, gradient}));
		const {norm, parameters} = await stepOf({workers, order, shards, globalClipNorm: 0.5});
		const expected = Math.sqrt(model.parameterCount * 36);
		t.true(Math.abs(norm! - expected) < 1e-9 * expected);
		const sum = parameters.reduce((total, value) => total + value ** 2, 0);
		t.true(Math.abs(Math.sqrt(sum) - 0.5) < 1e-6);
	});

	test(`the update ratio is the norm of the change over that of the parameters before it when ${workers} workers run as ${order.join(', ')}`, async t => {
		const {updateRatio, parameters} = await stepOf({workers, order, start: 2, shards: [1, 2, 3].map(gradient => ({loss: 1, gradient}))});
		t.true(parameters.every(value => value === 2 - 6));
		t.is(updateRatio, 3);
	});

	for (const [what, fault] of [['loss', {loss: Number.NaN, gradient: 1}], ['gradient', {loss: 1, gradient: Infinity}]] as const) {
		test(`a ${what} that is not finite changes no parameter when ${workers} workers run as ${order.join(', ')}`, async t => {
			const {finite, applied, parameters, updateRatio} = await stepOf({workers, order, shards: [{loss: 1, gradient: 1}, fault, {loss: 1, gradient: 1}]});
			t.is(finite, 0);
			t.is(applied, 0);
			t.is(updateRatio, Number.NaN);
			t.true(parameters.every(value => value === 0));
		});
	}
}

test('every tile of the sum belongs to one worker, and the parameters are more than one tile', t => {
	const plan = planDataParallel('reference', model, {options: options(), lowering: {backend: 'fake', version: '0', family: 'fake'}});
	t.deepEqual(plan.phases.map(({name, tiles}) => [name, tiles]), [['gradients', 3], ['reduce', 8], ['update', 'each']]);
});
