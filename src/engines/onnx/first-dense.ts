import type {DenseLayer, Layer} from '../../model/layer.ts';
import type {Model} from '../../model/model.ts';
import type {InputMap} from '../../tensor/input-map.ts';
import {sizeOf} from '../../tensor/shape.ts';
import {mostTerms} from './bytes/digits.ts';
import {hasBlockedKernel} from './kernel-layout.ts';

/** Whether a layer does no more than to reinterpret what it reads. */
export const isView = ({type}: Layer): boolean => type === 'flatten' || type === 'reshape';

/** A first dense layer that takes in what is to be done to the examples before. */
export interface FirstDense {
	readonly layer: DenseLayer;
	/** The one number by which the input is to be multiplied: in the product it spares a pass over all examples. */
	readonly scale: number;
}

/** The first layer where it is a dense one whose kernel lies in Keras's order, and its input needs no more than a multiplication by one number. */
export const firstDense = ({layers}: Pick<Model, 'layers'>, {affine}: InputMap, block: number | undefined): FirstDense | undefined => {
	const layer = layers.find(candidate => !isView(candidate));
	const [map = {scale: 1, offset: 0}, ...others] = affine;
	return layer?.type === 'dense' && !hasBlockedKernel(layer, block) && others.length === 0 && typeof map.scale === 'number' && map.offset === 0
		? {layer, scale: map.scale}
		: undefined;
};

/** With fewer inputs or rows, to split the kernel and the gradient into digits takes longer than products of integers spare. */
const [leastInputs, leastRows] = [512, 1024];

/** Whether the products of the first layer with so many rows of bytes are faster as those of integers. */
export const multipliesBytes = (model: Pick<Model, 'layers'>, input: InputMap, rows: number): boolean => {
	const {dtype, shape} = input.slot.features;
	const inputs = sizeOf(shape);
	return dtype === 'uint8' && inputs >= leastInputs && Math.max(inputs, rows) <= mostTerms && rows >= leastRows && firstDense(model, input, undefined) !== undefined;
};
