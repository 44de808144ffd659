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
import {factorNames, tilesOfKernel, type FactoredLayer} from './factors.ts';
import {createGraph} from './graph-builder.ts';
import type {Runtime, Session} from './runtime.ts';

/** One tile that belongs to this worker. */
interface Tile {
	readonly index: number;
	readonly span: Span;
	readonly factored: FactoredLayer;
	/** The first of the kernel's rows. */
	readonly firstInput: number;
}

const bufferName = (kind: string, {index}: Tile): string => `${kind}:${index}`;

const tilesOfWorker = ({products}: EnginePlan, layers: readonly FactoredLayer[], place: Place): readonly Tile[] => {
	const tiles = layers.flatMap(factored => tilesOfKernel(factored).map((span, index) => ({span, factored, firstInput: index * factored.tileInputs})));
	return tilesOf(products.length, place).map(index => ({...tiles[index]!, index}));
};

/** Buffers of a worker's private memory that its products need: a gradient and the optimizer's slots for each of its tiles. */
export const productBuffers = (plan: EnginePlan, layers: readonly FactoredLayer[], place: Place): readonly NamedBuffer[] => {
	const kinds = ['gradient', ...createOptimizer(plan.options.optimizer).slots];
	return tilesOfWorker(plan, layers, place).flatMap(tile => kinds.map(kind => ({name: bufferName(kind, tile), bytes: tile.factored.tileInputs * tile.factored.units * 4})));
};

/** The graph of a tile: `x0`, `x1`, … of every shard, [inputs, rows of a shard], and `dz` [rows, units] in, `product` [inputs, units] out. */
const productGraph = ({tileInputs, units}: FactoredLayer, {shards, rows, isUncopied}: {readonly shards: number; readonly rows: number; readonly isUncopied: boolean}): Uint8Array => {
	const graph = createGraph('product', {endsInSequence: isUncopied});
	const parts = Array.from({length: shards}, (_, shard) => graph.input(`x${shard}`, 'float32', [tileInputs, rows / shards]));
	const dz = graph.input('dz', 'float32', [rows, units]);
	graph.output('product', graph.node('Gemm', [graph.node('Concat', parts, {axis: 1}), dz]), 'float32', [tileInputs, units]);
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
	const {rows, shards, optimizer: config} = plan.options;
	const isUncopied = plan.lowering.outputs === 'uncopied';
	const optimizer = createOptimizer(config);
	const kernels = openKernels(arena.memory);
	const float32 = ({buffer, byteOffset, byteLength}: Uint8Array): Float32Array => new Float32Array(buffer, byteOffset, byteLength / 4);
	const shared = float32(memory.regions['parameters']!);
	const tiles = new Map(tilesOfWorker(plan, layers, place).map(tile => [tile.index, {
		...tile,
		length: tile.span.to - tile.span.from,
		gradient: float32(arena.buffers[bufferName('gradient', tile)]!),
		slots: optimizer.slots.map(slot => float32(arena.buffers[bufferName(slot, tile)]!)),
	}]));

	const open = async (factored: FactoredLayer) => {
		const {layer, inputs, tileInputs, units} = factored;
		const names = factorNames(layer);
		const shape = [tileInputs, rows / shards];
		const x = Array.from({length: shards}, () => new Float32Array(sizeOf(shape)));
		const dz = new Float32Array(rows * units);
		return {
			session: await runtime.open(productGraph(factored, {shards, rows, isUncopied}), {isUncopied}),
			x, dz,
			feeds: {
				...Object.fromEntries(x.map((part, shard) => [`x${shard}`, runtime.tensor('float32', part, shape)])),
				dz: runtime.tensor('float32', dz, [rows, units]),
			},
			from: {x: float32(memory.exchange[names.x]!), dz: float32(memory.exchange[names.dz]!)},
			shardSize: inputs * rows / shards,
			rowSize: rows / shards,
			tileShape: [tileInputs, units],
		};
	};

	const opened = new Map<FactoredLayer, Awaited<ReturnType<typeof open>>>();
	const fetches = new Map<number, Record<string, Ort.Tensor>>();
	const first = new Map(layers.map(factored => [factored, [...tiles.values()].find(tile => tile.factored === factored)?.index]));

	return {
		async compute(index) {
			const {factored, firstInput, gradient, length} = tiles.get(index)!;
			const product = opened.get(factored) ?? await open(factored);
			opened.set(factored, product);
			const {session, x, dz, feeds, from, shardSize, rowSize, tileShape} = product;
			const end = firstInput + length / factored.units;
			for (const [shard, part] of x.entries()) {
				part.set(from.x.subarray(shard * shardSize + firstInput * rowSize, shard * shardSize + end * rowSize));
			}

			if (index === first.get(factored)) {
				dz.set(from.dz); // The same for all tiles of a layer, and the tiles come in order.
			}

			const fetch = fetches.get(index) ?? {product: runtime.tensor('float32', gradient, tileShape)};
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
