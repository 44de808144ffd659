import type {DenseLayer} from '../../model/layer.ts';
import type {Model} from '../../model/model.ts';
import type {ParameterEntry} from '../../tensor/layout.ts';
import {sizeOf} from '../../tensor/shape.ts';
import type {EngineOptions, Exchange, Span} from '../engine.ts';
import {hasBlockedKernel, largeKernel} from './kernel-layout.ts';

/**
 * A dense layer whose shards exchange the factors of the kernel's gradient, xᵀ · dz, in place of the gradients.
 *
 * A tile of the product is a range of the kernel as it lies, over the whole batch, each of the same shape: rows of
 * [inputs, units], or units of one that is blocked. Only one of the factors is cut for it.
 */
export interface FactoredLayer {
	readonly layer: DenseLayer;
	readonly kernel: ParameterEntry;
	/** Units of a block, where the kernel is blocked. */
	readonly block: number | undefined;
	/** Inputs, or units of a blocked kernel: the axis that is cut. */
	readonly length: number;
	/** The other axis of the kernel. */
	readonly across: number;
	/** Of the cut axis; the last tile may have fewer that count. */
	readonly tileLength: number;
	/** Rows of a shard, filled up to whole blocks. */
	readonly shardRows: number;
}

/** How much less the factors have to be than the gradients. */
const advantage = 4;
/** Enough for every worker to have some, and few enough for a product to be a large one. */
const tilesOfLayer = 16;

const isWorthIt = ({length, across}: Pick<FactoredLayer, 'length' | 'across'>, {rows, shards}: Pick<EngineOptions, 'rows' | 'shards'>): boolean =>
	shards > 1 && length * across >= largeKernel && advantage * rows * (length + across) <= shards * length * across;

/** The smallest multiple of `step` that is at least `count`. */
const fill = (count: number, step: number): number => Math.ceil(count / step) * step;

/** The layers of a model whose factors are exchanged: a pure function of what decides the bits. */
export const factoredLayers = ({layers}: Model, options: Pick<EngineOptions, 'rows' | 'shards'>, block: number | undefined): readonly FactoredLayer[] =>
	layers.filter((layer): layer is DenseLayer => layer.type === 'dense').map((layer): FactoredLayer => {
		const {rows, shards} = options;
		const [inputs, {units}] = [sizeOf(layer.input), layer];
		const isBlocked = hasBlockedKernel(layer, block);
		const [length, across] = isBlocked ? [units, inputs] : [inputs, units];
		const step = isBlocked ? block! : 1;
		return {
			layer, length, across,
			kernel: layer.parameters[0]!,
			block: isBlocked ? block : undefined,
			tileLength: fill(Math.ceil(length / Math.max(tilesOfLayer, shards)), step),
			shardRows: fill(rows / shards, step),
		};
	}).filter(factored => isWorthIt(factored, options));

/** The ranges of the vector that the tiles of a layer are. */
export const tilesOfKernel = ({kernel: {offset}, length, across, tileLength}: FactoredLayer): readonly Span[] =>
	Array.from({length: Math.ceil(length / tileLength)}, (_, tile) => ({
		from: offset + tile * tileLength * across,
		to: offset + Math.min(length, (tile + 1) * tileLength) * across,
	}));

/** Names of a layer's factors among the outputs of a training graph and the buffers of the exchange. */
export const factorNames = ({name}: DenseLayer): {readonly cut: string; readonly whole: string} => ({cut: `factor:${name}:cut`, whole: `factor:${name}:whole`});

/** Dimensions of a shard's factors: the one that is cut has the cut axis before the rows, in blocks where the kernel is. */
export const factorShapes = ({block, length, across, shardRows}: FactoredLayer): {readonly cut: readonly number[]; readonly whole: readonly number[]} => (block === undefined
	? {cut: [length, shardRows], whole: [shardRows, across]}
	: {cut: [1, length, 1, shardRows], whole: [1, shardRows, 1, across]});

/** The buffers that hold the factors of a whole batch, one shard after the other. */
export const factorBuffers = (layers: readonly FactoredLayer[], {shards}: Pick<EngineOptions, 'shards'>): readonly Exchange[] =>
	layers.flatMap(factored => {
		const [names, shapes] = [factorNames(factored.layer), factorShapes(factored)];
		return (['cut', 'whole'] as const).map(factor => ({name: names[factor], bytes: shards * sizeOf(shapes[factor]) * 4}));
	});
