import type {DenseLayer} from '../../model/layer.ts';
import type {Model} from '../../model/model.ts';
import type {ParameterEntry} from '../../tensor/layout.ts';
import type {EngineOptions, Exchange, Span} from '../engine.ts';

/**
 * A dense layer whose shards exchange the factors of the kernel's gradient, xᵀ · dz, in place of the gradients.
 *
 * A tile of the product is a range of the kernel's rows over the whole batch, each of the same shape.
 */
export interface FactoredLayer {
	readonly layer: DenseLayer;
	readonly kernel: ParameterEntry;
	readonly inputs: number;
	readonly units: number;
	/** Rows of the kernel in a tile; the last tile may have fewer that count. */
	readonly tileInputs: number;
}

/** A kernel smaller than this is summed sooner than a phase of its own is worth. */
const leastKernel = 262_144;
/** How much less the factors have to be than the gradients. */
const advantage = 4;
/** Enough for every worker to have some, and few enough for a product to be a large one. */
const tilesOfLayer = 8;

const isWorthIt = ({inputs, units}: Pick<FactoredLayer, 'inputs' | 'units'>, {rows, shards}: Pick<EngineOptions, 'rows' | 'shards'>): boolean =>
	shards > 1 && inputs * units >= leastKernel && advantage * rows * (inputs + units) <= shards * inputs * units;

/** The layers of a model whose factors are exchanged: a pure function of what decides the bits. */
export const factoredLayers = ({layers}: Model, options: Pick<EngineOptions, 'rows' | 'shards'>): readonly FactoredLayer[] =>
	layers.filter((layer): layer is DenseLayer => layer.type === 'dense').map(layer => {
		const kernel = layer.parameters[0]!;
		const [inputs, units] = kernel.shape as readonly [number, number];
		return {layer, kernel, inputs, units, tileInputs: Math.ceil(inputs / Math.max(tilesOfLayer, options.shards))};
	}).filter(factored => isWorthIt(factored, options));

/** The ranges of the canonical vector that the tiles of a layer are. */
export const tilesOfKernel = ({kernel: {offset}, inputs, units, tileInputs}: FactoredLayer): readonly Span[] =>
	Array.from({length: Math.ceil(inputs / tileInputs)}, (_, tile) => ({
		from: offset + tile * tileInputs * units,
		to: offset + Math.min(inputs, (tile + 1) * tileInputs) * units,
	}));

/** Names of a layer's factors among the outputs of a training graph and the buffers of the exchange. */
export const factorNames = ({name}: DenseLayer): {readonly x: string; readonly dz: string} => ({x: `factor:${name}:x`, dz: `factor:${name}:dz`});

/** The buffers that hold the factors of a whole batch: x of every shard, [inputs, rows of a shard] each, and dz [rows, units]. */
export const factorBuffers = (layers: readonly FactoredLayer[], {rows}: Pick<EngineOptions, 'rows'>): readonly Exchange[] =>
	layers.flatMap(({layer, inputs, units}) => {
		const names = factorNames(layer);
		return [{name: names.x, bytes: rows * inputs * 4}, {name: names.dz, bytes: rows * units * 4}];
	});
