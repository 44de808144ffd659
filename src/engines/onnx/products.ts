import type * as Ort from 'onnxruntime-node';
import {openKernels} from '../../kernels/compiled.ts';
import type {Arena, NamedBuffer} from '../../kernels/memory.ts';
import {reduceShards} from '../../kernels/reduce.ts';
import {createOptimizer} from '../../optimizers/registry.ts';
import {updateBlock} from '../../optimizers/update-block.ts';
import {sizeOf} from '../../tensor/shape.ts';
import {blocksOf} from '../blocks.ts';
import type {EnginePlan, Place, SharedMemory, Span} from '../engine.ts';
import type {Products} from '../shard-compute.ts';
import {tilesOf} from '../tiles.ts';
import {factorNames, factorShapes, tilesOfKernel, type FactoredLayer} from './factors.ts';
import {floatsIn} from './feeds.ts';
import {createGraph} from './graph-builder.ts';
import type {Runtime, Session} from './runtime.ts';

/** One tile that belongs to this worker. */
interface Tile {
	readonly index: number;
	readonly span: Span;
	readonly factored: FactoredLayer;
	/** Its place along the axis that is cut. */
	readonly first: number;
}

const bufferName = (kind: string, {index}: Tile): string => `${kind}:${index}`;

const tilesOfWorker = ({products}: EnginePlan, layers: readonly FactoredLayer[], place: Place): readonly Tile[] => {
	const tiles = layers.flatMap(factored => tilesOfKernel(factored).map((span, index) => ({span, factored, first: index * factored.tileLength})));
	return tilesOf(products.length, place).map(index => ({...tiles[index]!, index}));
};

/** Buffers of a worker's private memory that its products need: a gradient and the optimizer's slots for each of its tiles. */
export const productBuffers = (plan: EnginePlan, layers: readonly FactoredLayer[], place: Place): readonly NamedBuffer[] => {
	const kinds = ['gradient', ...createOptimizer(plan.options.optimizer).slots];
	return tilesOfWorker(plan, layers, place).flatMap(tile => kinds.map(kind => ({name: bufferName(kind, tile), bytes: tile.factored.tileLength * tile.factored.across * 4})));
};

/** The shapes of a tile's graph: a shard's part of the factor that is cut, the other factor of the whole batch, the product. */
const productShapes = ({block, tileLength, across, shardRows}: FactoredLayer, shards: number) => {
	const rows = shards * shardRows;
	return block === undefined
		? {part: [tileLength, shardRows], whole: [rows, across], product: [tileLength, across]}
		: {part: [tileLength / block, shardRows, block], whole: [1, rows, 1, across], product: [1, tileLength, 1, across]};
};

/** The graph of a tile: `cut0`, `cut1`, … of every shard and `whole` in, `product` out. */
const productGraph = (factored: FactoredLayer, {shards, isUncopied}: {readonly shards: number; readonly isUncopied: boolean}): Uint8Array => {
	const {block, tileLength, shardRows} = factored;
	const graph = createGraph('product', {endsInSequence: isUncopied});
	const shapes = productShapes(factored, shards);
	const parts = Array.from({length: shards}, (_, shard) => graph.input(`cut${shard}`, 'float32', shapes.part));
	const whole = graph.input('whole', 'float32', shapes.whole);
	const cut = graph.node('Concat', parts, {axis: 1});
	const product = block === undefined
		? graph.node('Gemm', [cut, whole])
		: graph.blocked('Conv', [whole, graph.view(cut, [tileLength, shards * shardRows, 1, 1])]);
	graph.output('product', product, 'float32', shapes.product);
	return graph.encode();
};

/** Computes, keeps and applies this worker's tiles in its private memory. */
export const createProducts = (plan: EnginePlan, {layers, memory, place, runtime, arena, parameters}: {
	readonly layers: readonly FactoredLayer[];
	readonly memory: SharedMemory;
	readonly place: Place;
	readonly runtime: Runtime;
	/** Has the `productBuffers`. */
	readonly arena: Arena;
	/** The worker's own vector, in the arena. */
	readonly parameters: Float32Array;
}): Products & {readonly release: () => Promise<void>} => {
	const {shards, optimizer: config} = plan.options;
	const isUncopied = plan.lowering.outputs === 'uncopied';
	const optimizer = createOptimizer(config);
	const kernels = openKernels(arena.memory);
	const shared = floatsIn(memory.regions['parameters']!);
	const tiles = new Map(tilesOfWorker(plan, layers, place).map(tile => [tile.index, {
		...tile,
		length: tile.span.to - tile.span.from,
		gradient: floatsIn(arena.buffers[bufferName('gradient', tile)]!),
		slots: optimizer.slots.map(slot => floatsIn(arena.buffers[bufferName(slot, tile)]!)),
	}]));

	const open = async (factored: FactoredLayer) => {
		const names = factorNames(factored.layer);
		const shapes = productShapes(factored, shards);
		const parts = Array.from({length: shards}, () => new Float32Array(sizeOf(shapes.part)));
		const whole = new Float32Array(sizeOf(shapes.whole));
		return {
			session: await runtime.open(productGraph(factored, {shards, isUncopied}), {isUncopied, isFinal: true}),
			parts, whole,
			feeds: {
				...Object.fromEntries(parts.map((part, shard) => [`cut${shard}`, runtime.tensor('float32', part, shapes.part)])),
				whole: runtime.tensor('float32', whole, shapes.whole),
			},
			from: {cut: floatsIn(memory.exchange[names.cut]!), whole: floatsIn(memory.exchange[names.whole]!)},
			shardSize: sizeOf(factorShapes(factored).cut),
			productShape: shapes.product,
		};
	};

	const opened = new Map<FactoredLayer, Awaited<ReturnType<typeof open>>>();
	const fetches = new Map<number, Record<string, Ort.Tensor>>();
	const firstTiles = new Map(layers.map(factored => [factored, [...tiles.values()].find(tile => tile.factored === factored)?.index]));

	return {
		async compute(index) {
			const {factored, first, gradient, length} = tiles.get(index)!;
			const product = opened.get(factored) ?? await open(factored);
			opened.set(factored, product);
			const {session, parts, whole, feeds, from, shardSize, productShape} = product;
			const end = first + length / factored.across;
			for (const [shard, part] of parts.entries()) {
				part.set(from.cut.subarray(shard * shardSize + first * factored.shardRows, shard * shardSize + end * factored.shardRows));
			}

			if (index === firstTiles.get(factored)) {
				whole.set(from.whole); // The same for all tiles of a layer, and the tiles come in order.
			}

			const fetch = fetches.get(index) ?? {product: runtime.tensor('float32', gradient, productShape)};
			fetches.set(index, fetch);
			const running = session.run(feeds, fetch);
			if (running !== undefined) {
				await running;
			}

			return reduceShards({shards: gradient, count: 1, length, from: 0, to: length, out: gradient}, kernels);
		},
		update(index, numbers) {
			const {span, gradient, slots} = tiles.get(index)!;
			for (const {from, to} of blocksOf(span)) {
				const [start, end] = [from - span.from, to - span.from];
				const updated = parameters.subarray(from, to);
				updateBlock(optimizer, {parameters: updated, gradients: gradient.subarray(start, end), slots: slots.map(slot => slot.subarray(start, end)), ...numbers}, kernels);
				shared.set(updated, from);
			}
		},
		copyOut(slot, into) {
			for (const {span, slots, length} of tiles.values()) {
				into.set(slots[optimizer.slots.indexOf(slot)]!.subarray(0, length), span.from);
			}
		},
		copyIn(slot, from) {
			for (const {span, slots} of tiles.values()) {
				slots[optimizer.slots.indexOf(slot)]!.set(from.subarray(span.from, span.to));
			}
		},
		async release() {
			await Promise.all([...opened.values()].map(async ({session}: {readonly session: Session}) => session.release()));
		},
	};
};
