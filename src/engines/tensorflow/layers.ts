import type * as Tf from '@tensorflow/tfjs';
import type {Activation, Layer, Pads, Pooling2dLayer} from '../../model/layer.ts';
import type {Model} from '../../model/model.ts';

type Library = typeof Tf;
type Tensor = Tf.Tensor;

const activate = (tf: Library, activation: Activation, x: Tensor): Tensor => {
	switch (activation) {
		case 'linear': {
			return x;
		}

		case 'relu': {
			return tf.relu(x);
		}

		case 'sigmoid': {
			return tf.sigmoid(x);
		}

		case 'tanh': {
			return tf.tanh(x);
		}

		case 'softmax': {
			return tf.softmax(x, -1);
		}

		default: {
			return activation satisfies never;
		}
	}
};

const isPadded = ({top, bottom, left, right}: Pads): boolean => top + bottom + left + right > 0;

const padded = (tf: Library, x: Tensor, {top, bottom, left, right}: Pads): Tensor => tf.pad(x, [[0, 0], [top, bottom], [left, right], [0, 0]]);

/**
 * Windows of a padded layer are what TensorFlow calls `same`; the rule of the padding is the same.
 *
 * Means are taken over a padded image and corrected for the padding: the gradient of a `same` mean is wrong in the
 * plain package.
 */
const pool = (tf: Library, {type, input, poolSize, strides, pads}: Pooling2dLayer, x: Tensor): Tensor => {
	const window: [number, number] = [...poolSize];
	const steps: [number, number] = [...strides];
	if (type === 'maxPooling2d') {
		return tf.maxPool(x as Tf.Tensor4D, window, steps, isPadded(pads) ? 'same' : 'valid');
	}

	const mean = (image: Tensor): Tensor => tf.avgPool((isPadded(pads) ? padded(tf, image, pads) : image) as Tf.Tensor4D, window, steps, 'valid');
	return isPadded(pads) ? tf.div(mean(x), mean(tf.ones([1, ...input]))) : mean(x);
};

/** One layer of [rows, …input] as differentiable operations. */
const applyLayer = (tf: Library, layer: Layer, x: Tensor, parameters: readonly Tensor[], mask: Tensor | undefined): Tensor => {
	const rows = x.shape[0]!;
	switch (layer.type) {
		case 'dense': {
			const [kernel, bias] = parameters;
			const product = tf.matMul(x as Tf.Tensor2D, kernel as Tf.Tensor2D);
			return bias === undefined ? product : tf.add(product, bias);
		}

		case 'conv2d': {
			const [kernel, bias] = parameters;
			const image = isPadded(layer.pads) ? padded(tf, x, layer.pads) : x;
			const product = tf.conv2d(image as Tf.Tensor4D, kernel as Tf.Tensor4D, [...layer.strides], 'valid');
			return bias === undefined ? product : tf.add(product, bias);
		}

		case 'maxPooling2d':
		case 'averagePooling2d': {
			return pool(tf, layer, x);
		}

		case 'flatten':
		case 'reshape': {
			return tf.reshape(x, [rows, ...layer.output]);
		}

		case 'dropout': {
			return mask === undefined ? x : tf.mul(x, mask);
		}

		case 'activation': {
			return x;
		}

		default: {
			return layer satisfies never;
		}
	}
};

/** The scores of a model for x [rows, …input]; see `Head` for what a score is. */
export const forward = (tf: Library, model: Model, {x, parameters, masks}: {
	readonly x: Tensor;
	/** By name in the layout. */
	readonly parameters: ReadonlyMap<string, Tensor>;
	/** Dropout masks by layer; none when predicting. */
	readonly masks: ReadonlyMap<string, Tensor>;
}): Tensor => {
	const last = model.layers.at(-1)!;
	let value = x;
	for (const layer of model.layers) {
		value = applyLayer(tf, layer, value, layer.parameters.map(({name}) => parameters.get(name)!), masks.get(layer.name));
		if ('activation' in layer && !(layer === last && model.head.fused !== undefined)) {
			value = activate(tf, layer.activation, value);
		}
	}

	return value;
};
