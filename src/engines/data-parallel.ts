import {openKernels} from '../kernels/compiled.ts';
import {reduceShards} from '../kernels/reduce.ts';
import type {Model} from '../model/model.ts';
import type {UpdateBlock} from '../optimizers/optimizer.ts';
import {createOptimizer} from '../optimizers/registry.ts';
import {updateBlock} from '../optimizers/update-block.ts';
import {bytesPerElement, viewOf, type FloatArray, type TypedArray} from '../tensor/dtypes.ts';
import {outcomeFields, type EngineName, type EngineOptions, type EnginePlan, type Executor, type Lowering, type Place, type SharedMemory, type Step} from './engine.ts';
import type {ShardCompute} from './shard-compute.ts';

/** Parameters of one tile of the sum and the update. */
const blockSize = 16_384;
/** Float64 values that a block's sum leaves for the update: squares, finite. */
const partialFields = 2;
/** Float64 values that a shard leaves: loss, correct. */
const shardFields = 2;

const blocksOf = (parameters: number): number => Math.ceil(parameters / blockSize);

/**
 * Plans the plain data-parallel step, common to every engine that computes whole gradients.
 *
 * Three phases: *gradients*, one tile a shard; *reduce*, one tile a block of parameters, which sums over the shards in
 * their order; *update*, in which every worker folds the blocks' norms in their order and then updates its own blocks.
 */
export const planDataParallel = (engine: EngineName, model: Model, options: EngineOptions, lowering: Lowering): EnginePlan => {
	const {precision, shards} = options;
	const vector = model.parameterCount * bytesPerElement(precision);
	const blocks = blocksOf(model.parameterCount);
	return {
		engine,
		lowering,
		model,
		options,
		layout: model.layout.map(entry => ({...entry, dtype: precision})),
		regions: ['parameters', ...createOptimizer(options.optimizer).slots].map(name => ({name, bytes: vector})),
		exchange: [
			{name: 'gradients', bytes: shards * vector},
			{name: 'sum', bytes: vector},
			{name: 'shardOutcomes', bytes: shards * shardFields * 8},
			{name: 'partials', bytes: blocks * partialFields * 8},
			{name: 'outcome', bytes: outcomeFields.length * 8},
		],
		phases: [{name: 'gradients', tiles: shards}, {name: 'reduce', tiles: blocks}, {name: 'update', tiles: 'each'}],
		predictTiles: shards,
	};
};

/** The plan's region as the canonical vector it already is. */
export const identityToCanonical = (plan: EnginePlan, _region: string, physical: Uint8Array, out: TypedArray): void => {
	out.set(viewOf(plan.options.precision, physical.buffer, physical.byteOffset, out.length));
};

export const identityFromCanonical = (plan: EnginePlan, _region: string, vector: TypedArray, physical: Uint8Array): void => {
	viewOf(plan.options.precision, physical.buffer, physical.byteOffset, vector.length).set(vector);
};

/** Opens the plain step in one worker around an engine's own computation of a shard. */
export const openDataParallel = (plan: EnginePlan, memory: SharedMemory, {worker, workers}: Place, compute: ShardCompute): Executor => {
	const {model: {parameterCount: length}, options: {shards, precision, globalClipNorm, optimizer: config}} = plan;
	const {regions, exchange} = memory;
	const kernels = openKernels(memory.wasm);
	const vector = ({buffer, byteOffset}: Uint8Array, elements: number): FloatArray => viewOf(precision, buffer, byteOffset, elements) as FloatArray;
	const optimizer = createOptimizer(config);
	const parameters = vector(regions['parameters']!, length);
	const slots = optimizer.slots.map(slot => vector(regions[slot]!, length));
	const gradients = vector(exchange['gradients']!, shards * length);
	const sum = vector(exchange['sum']!, length);
	const shardOutcomes = float64(exchange['shardOutcomes']!);
	const partials = float64(exchange['partials']!);
	const outcome = float64(exchange['outcome']!);
	const blocks = blocksOf(length);
	// Whether the compute's own copy of the parameters is behind.
	let isStale = true;

	const refresh = (): void => {
		if (isStale) {
			compute.load(parameters);
			isStale = false;
		}
	};

	const gradientPhase = async (shard: number, step: Step): Promise<void> => {
		refresh();
		const {loss, correct} = await compute.gradients(shard, step, gradients.subarray(shard * length, (shard + 1) * length));
		shardOutcomes[shard * shardFields] = loss;
		shardOutcomes[shard * shardFields + 1] = correct;
	};

	const reducePhase = (block: number): void => {
		const from = block * blockSize;
		const {squares, finite} = reduceShards({shards: gradients, count: shards, length, from, to: Math.min(from + blockSize, length), out: sum}, kernels);
		partials[block * partialFields] = squares;
		partials[block * partialFields + 1] = finite;
	};

	const updatePhase = (step: Step): void => {
		const {loss, correct} = foldShards(shardOutcomes);
		const {norm, areFinite} = foldBlocks(partials);
		const isFinite = areFinite && Number.isFinite(loss);
		if (isFinite) {
			const scalars = optimizer.scalars({step: step.number, learningRate: step.learningRate});
			const scale = globalClipNorm !== undefined && norm > globalClipNorm ? globalClipNorm / norm : 1;
			for (let block = 0; block < blocks; block++) {
				if (Math.floor((block * workers) / blocks) === worker) {
					updateOwn(block, {scale, scalars});
				}
			}

			isStale = true;
		}

		if (worker === 0) {
			outcome.set([loss / step.weightSum, correct, norm, Number(isFinite), Number(isFinite)]);
		}
	};

	const updateOwn = (block: number, numbers: Pick<UpdateBlock, 'scale' | 'scalars'>): void => {
		const from = block * blockSize;
		const to = Math.min(from + blockSize, length);
		updateBlock(optimizer, {
			parameters: parameters.subarray(from, to),
			gradients: sum.subarray(from, to),
			slots: slots.map(slot => slot.subarray(from, to)),
			...numbers,
		}, kernels);
	};

	return {
		run(phase, tile, step) {
			if (phase === 0) {
				return gradientPhase(tile, step);
			}

			if (phase === 1) {
				reducePhase(tile);
			} else {
				updatePhase(step);
			}

			return undefined;
		},
		predict(tile, slot, outputs) {
			refresh();
			return compute.predict(tile, slot, outputs);
		},
		copyOut(region, into) {
			// The regions lie in shared memory: one worker speaks for all.
			if (worker === 0) {
				into.set(regions[region]!);
			}
		},
		copyIn(region, from) {
			if (worker === 0) {
				regions[region]!.set(from);
			}

			isStale = true;
		},
		release: compute.release,
	};
};

const float64 = ({buffer, byteOffset, byteLength}: Uint8Array): Float64Array => new Float64Array(buffer, byteOffset, byteLength / 8);

/** Sums in shard order. */
const foldShards = (outcomes: Float64Array): {readonly loss: number; readonly correct: number} => {
	let loss = 0;
	let correct = 0;
	for (let index = 0; index < outcomes.length; index += shardFields) {
		loss += outcomes[index]!;
		correct += outcomes[index + 1]!;
	}

	return {loss, correct};
};

/** Sums in block order. */
const foldBlocks = (partials: Float64Array): {readonly norm: number; readonly areFinite: boolean} => {
	let squares = 0;
	let areFinite = true;
	for (let index = 0; index < partials.length; index += partialFields) {
		squares += partials[index]!;
		areFinite &&= partials[index + 1] === 1;
	}

	return {norm: Math.sqrt(squares), areFinite};
};
