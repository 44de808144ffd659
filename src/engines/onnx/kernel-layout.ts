import type {DenseLayer, Layer} from '../../model/layer.ts';
import type {Model} from '../../model/model.ts';
import type {FloatArray} from '../../tensor/dtypes.ts';
import {sizeOf, type Shape} from '../../tensor/shape.ts';

/** Elements from which a kernel is large: a product with it is worth an order of its own. */
export const largeKernel = 262_144;

/**
 * Whether the kernel of a layer lies in blocks of units, [units / block, inputs, block], for the whole of a run.
 *
 * The runtime's blocked convolutions read and write that order as it is, where a matrix product first packs the kernel.
 */
export const hasBlockedKernel = (layer: Layer, block: number | undefined): layer is DenseLayer =>
	block !== undefined && layer.type === 'dense' && layer.units % block === 0 && sizeOf(layer.input) % block === 0 && sizeOf(layer.input) * layer.units >= largeKernel;

/** Dimensions of a parameter and of its gradient in a graph. */
interface TensorShapes {
	readonly parameter: Shape;
	readonly gradient: Shape;
}

/**
 * The dimensions by the parameters' names; a blocked kernel is that of a convolution, and its gradient an image with the
 * units as channels. The gradient of a dense layer's bias is a row.
 */
export const tensorShapes = ({layers, layout}: Model, block: number | undefined): ReadonlyMap<string, TensorShapes> => {
	const dense = layers.filter(layer => layer.type === 'dense');
	const blocked = new Map(dense.filter(layer => hasBlockedKernel(layer, block)).map(layer => [layer.parameters[0]!.name, layer]));
	const biases = new Set(dense.map(({parameters}) => parameters[1]?.name));
	return new Map(layout.map(({name, shape}) => {
		const layer = blocked.get(name);
		if (layer === undefined) {
			return [name, {parameter: shape, gradient: biases.has(name) ? [1, ...shape] : shape}];
		}

		const inputs = sizeOf(layer.input);
		return [name, {parameter: [layer.units, inputs, 1, 1], gradient: [1, layer.units, 1, inputs]}];
	}));
};

/**
 * Copies the row of an input from one order into the other, a block at a time with so many elements between the starts
 * of two. Of its own, for the call of a small function is compiled long before a loop over millions of numbers is.
 */
const copyRow = (from: FloatArray, to: FloatArray, {source, sourceStride, target, targetStride, blocks, block}: {
	readonly source: number; readonly sourceStride: number; readonly target: number; readonly targetStride: number; readonly blocks: number; readonly block: number;
}): void => {
	for (let index = 0; index < blocks; index++) {
		const start = source + index * sourceStride;
		const end = target + index * targetStride;
		for (let unit = 0; unit < block; unit++) {
			to[end + unit] = from[start + unit]!;
		}
	}
};

/** Copies a whole vector and puts its blocked kernels into the other order. */
const rearrange = ({layers}: Model, block: number | undefined, {from, to, isToCanonical}: {readonly from: FloatArray; readonly to: FloatArray; readonly isToCanonical: boolean}): void => {
	to.set(from);
	for (const layer of layers) {
		if (!hasBlockedKernel(layer, block)) {
			continue;
		}

		const {units} = layer;
		const {offset} = layer.parameters[0]!;
		const inputs = sizeOf(layer.input);
		for (let input = 0; input < inputs; input++) {
			const row = offset + input * units;
			const inBlocks = offset + input * block!;
			copyRow(from, to, {
				...(isToCanonical
					? {source: inBlocks, sourceStride: inputs * block!, target: row, targetStride: block!}
					: {source: row, sourceStride: block!, target: inBlocks, targetStride: inputs * block!}),
				blocks: units / block!,
				block: block!,
			});
		}
	}
};

/** A vector as it lies as the canonical one. */
export const toCanonicalOrder = (model: Model, block: number | undefined, from: FloatArray, to: FloatArray): void => {
	rearrange(model, block, {from, to, isToCanonical: true});
};

/** The canonical vector as one that lies as the graphs read it. */
export const fromCanonicalOrder = (model: Model, block: number | undefined, from: FloatArray, to: FloatArray): void => {
	rearrange(model, block, {from, to, isToCanonical: false});
};
