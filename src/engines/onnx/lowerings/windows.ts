import type {Pads} from '../../../model/layer.ts';
import type {Shape} from '../../../tensor/shape.ts';

/** A layer whose windows slide over [height, width, channels]. */
interface Sliding {
	readonly input: Shape;
	readonly output: Shape;
	readonly strides: readonly [number, number];
	readonly pads: Pads;
}

/** Attributes of an operator that gathers windows. */
export const windowAttributes = ({strides, pads: {top, left, bottom, right}}: Sliding, window: readonly [number, number]) => ({
	kernel_shape: window,
	strides,
	pads: [top, left, bottom, right],
});

/** Attributes of the transposed convolution that scatters windows back over the whole input. */
export const scatterAttributes = (layer: Sliding, window: readonly [number, number]) => {
	const {input, output, strides, pads} = layer;
	// Rows and columns at the end that no window reached.
	const rest = (axis: 0 | 1, padding: number): number => input[axis]! - (strides[axis] * (output[axis]! - 1) + window[axis] - padding);
	return {
		...windowAttributes(layer, window),
		output_padding: [rest(0, pads.top + pads.bottom), rest(1, pads.left + pads.right)],
	};
};
