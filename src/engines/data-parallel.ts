import {openKernels} from '../kernels/compiled.ts';
import {reduceShards, type BlockNorm} from '../kernels/reduce.ts';
import type {Model} from '../model/model.ts';
import type {UpdateBlock} from '../optimizers/optimizer.ts';
import {createOptimizer} from '../optimizers/registry.ts';
import {updateBlock} from '../optimizers/update-block.ts';
import {bytesPerElement, viewOf, type FloatArray, type TypedArray} from '../tensor/dtypes.ts';
import {blocksOf, spansBetween} from './blocks.ts';
import {outcomeFields, type EngineName, type EngineOptions, type EnginePlan, type Exchange, type Executor, type Lowering, type Place, type SharedMemory, type Span, type Step} from './engine.ts';
import type {ShardCompute} from './shard-compute.ts';
import {tilesOf} from './tiles.ts';
import {openUpdateRatio, ratioFields, type UpdateRatio} from './update-ratio.ts';

/** Float64 values that a block of the gradient leaves for the update: squares, finite. */
const partialFields = 2;
/** Float64 values that a shard leaves: loss, correct. */
const shardFields = 2;

/** Blocks of the parameters whose gradient is summed over shards. */
const summedBlocks = ({products, model: {parameterCount}}: Pick<EnginePlan, 'products' | 'model'>): readonly Span[] =>
	spansBetween(products, parameterCount).flatMap(span => blocksOf(span));

/**
 * Plans the plain data-parallel step, common to every engine that computes whole gradients.
 *
 * Three phases: *gradients*, one tile a shard; *reduce*, one tile a block of parameters, which sums over the shards in
 * their order; *update*, in which every worker folds the blocks' norms in their order and then updates its own blocks.
 * An engine that has the shards exchange factors of some gradients names their ranges in `products`: these have a phase
 * of their own, one tile a range, and take no part in the sum.
 */
export const planDataParallel = (
	engine: EngineName,
	model: Model,
	{options, lowering, products = [], exchange = []}: {
		readonly options: EngineOptions;
		readonly lowering: Lowering;
		readonly products?: readonly Span[];
		/** Buffers of the factors. */
		readonly exchange?: readonly Exchange[];
	},
): EnginePlan => {
	const {precision, shards} = options;
	const vector = model.parameterCount * bytesPerElement(precision);
	const blocks = summedBlocks({products, model}).length;
	return {
		engine,
		lowering,
		model,
		options,
		products,
		layout: model.layout.map(entry => ({...entry, dtype: precision})),
		regions: ['parameters', ...createOptimizer(options.optimizer).slots].map(name => ({name, bytes: vector})),
		exchange: [
			{name: 'gradients', bytes: shards * vector},
			{name: 'sum', bytes: vector},
			...exchange,
			{name: 'shardOutcomes', bytes: shards * shardFields * 8},
			{name: 'partials', bytes: (blocks + products.length) * partialFields * 8},
			{name: 'updates', bytes: (blocks + products.length) * ratioFields * 8},
			{name: 'outcome', bytes: outcomeFields.length * 8},
		],
		phases: [
			{name: 'gradients', tiles: shards},
			...(products.length > 0 ? [{name: 'products', tiles: products.length}] : []),
			{name: 'reduce', tiles: blocks},
			{name: 'update', tiles: 'each'},
		],
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
export const openDataParallel = (plan: EnginePlan, memory: SharedMemory, place: Place, compute: ShardCompute): Executor => {
	const {model: {parameterCount: length}, options: {shards, precision, globalClipNorm, optimizer: config}} = plan;
	const {regions, exchange} = memory;
	const {worker} = place;
	const kernels = openKernels(memory.wasm);
	const vector = ({buffer, byteOffset}: Uint8Array, elements = length): FloatArray => viewOf(precision, buffer, byteOffset, elements) as FloatArray;
	const optimizer = createOptimizer(config);
	const parameters = vector(regions['parameters']!);
	const slots = optimizer.slots.map(slot => vector(regions[slot]!));
	const gradients = vector(exchange['gradients']!, shards * length);
	const sum = vector(exchange['sum']!);
	const shardOutcomes = float64(exchange['shardOutcomes']!);
	const partials = float64(exchange['partials']!);
	const outcome = float64(exchange['outcome']!);
	const blocks = summedBlocks(plan);
	const most = [...blocks, ...plan.products].reduce((largest, {from, to}) => Math.max(largest, to - from), 0);
	const ratio = openUpdateRatio(parameters, float64(exchange['updates']!), {most});
	const ownBlocks = tilesOf(blocks.length, place);
	const ownProducts = tilesOf(plan.products.length, place);
	const everything: readonly Span[] = [{from: 0, to: length}];
	const updatedByOthers = spansBetween(ownProducts.map(tile => plan.products[tile]!), length);
	/** What the compute's own copy of the parameters is behind with. */
	let stale = everything;

	const refresh = (): void => {
		if (stale.length > 0) {
			compute.load(parameters, stale);
			stale = [];
		}
	};

	const gradientPhase = async (shard: number, step: Step): Promise<void> => {
		refresh();
		const {loss, correct} = await compute.gradients(shard, step, gradients.subarray(shard * length, (shard + 1) * length));
		shardOutcomes[shard * shardFields] = loss;
		shardOutcomes[shard * shardFields + 1] = correct;
	};

	const keepNorm = (block: number, {squares, finite}: BlockNorm): void => {
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
			const apply = step.isMeasured ? ratio.measure : unmeasured;
			for (const block of ownBlocks) {
				apply(block, blocks[block]!, () => {
					updateOwn(blocks[block]!, {scale, scalars});
				});
			}

			for (const tile of ownProducts) {
				apply(blocks.length + tile, plan.products[tile]!, () => {
					compute.products!.update(tile, {scale, scalars});
				});
			}

			stale = updatedByOthers;
		}

		if (worker === 0) {
			outcome.set([loss / step.weightSum, correct, norm, Number(isFinite), Number(isFinite)]);
		}
	};

	const updateOwn = ({from, to}: Span, numbers: Pick<UpdateBlock, 'scale' | 'scalars'>): void => {
		updateBlock(optimizer, {
			parameters: parameters.subarray(from, to),
			gradients: sum.subarray(from, to),
			slots: slots.map(slot => slot.subarray(from, to)),
			...numbers,
		}, kernels);
	};

	const phases: Readonly<Record<string, (tile: number, step: Step) => void | Promise<void>>> = {
		gradients: gradientPhase,
		async products(tile) {
			refresh(); // A worker without a shard has products to update all the same.
			keepNorm(blocks.length + tile, await compute.products!.compute(tile));
		},
		reduce(block) {
			keepNorm(block, reduceShards({shards: gradients, count: shards, length, ...blocks[block]!, out: sum}, kernels));
		},
		update(_worker, step) {
			updatePhase(step);
		},
	};
	const run = plan.phases.map(({name}) => phases[name]!);

	return {
		async prepare() {
			if (tilesOf(shards, place).length > 0) {
				await compute.prepare?.();
			}
		},
		refresh,
		run: (phase, tile, step) => run[phase]!(tile, step),
		updateRatio: () => (outcome[outcomeFields.indexOf('applied')] === 1 ? ratio.value() : Number.NaN),
		predict(tile, slot, outputs) {
			refresh();
			return compute.predict(tile, slot, outputs);
		},
		copyOut(region, into) {
			if (worker === 0) {
				// Slots of products lie with their workers; everything else is shared, and one worker speaks for all.
				const shared = vector(regions[region]!);
				for (const {from, to} of region === 'parameters' ? everything : spansBetween(plan.products, length)) {
					vector(into).set(shared.subarray(from, to), from);
				}
			}

			if (region !== 'parameters') {
				compute.products?.copyOut(region, vector(into));
			}
		},
		copyIn(region, from) {
			if (worker === 0) {
				regions[region]!.set(from);
			}

			if (region !== 'parameters') {
				compute.products?.copyIn(region, vector(from));
			}

			stale = everything;
		},
		release: compute.release,
	};
};

const unmeasured: UpdateRatio['measure'] = (_index, _span, update) => {
	update();
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

/** Sums in block order, products last. */
const foldBlocks = (partials: Float64Array): {readonly norm: number; readonly areFinite: boolean} => {
	let squares = 0;
	let areFinite = true;
	for (let index = 0; index < partials.length; index += partialFields) {
		squares += partials[index]!;
		areFinite &&= partials[index + 1] === 1;
	}

	return {norm: Math.sqrt(squares), areFinite};
};
