import type * as Tf from '@tensorflow/tfjs';
import type {Head} from '../../model/model.ts';

/** Keeps a probability away from 0 and 1 where a loss takes its logarithm, as Keras does. */
const epsilon = 1e-7;

const clip = (tf: typeof Tf, x: Tf.Tensor): Tf.Tensor => tf.clipByValue(x, epsilon, 1 - epsilon);

/** The losses of rows, [rows], of scores and targets [rows, outputs]. */
export const rowLosses = (tf: typeof Tf, {loss, fused}: Head, scores: Tf.Tensor, targets: Tf.Tensor): Tf.Tensor => {
	switch (loss) {
		case 'categoricalCrossentropy':
		case 'sparseCategoricalCrossentropy': {
			const logarithms = fused === 'softmax'
				? tf.logSoftmax(scores, -1)
				: tf.log(clip(tf, tf.div(scores, tf.sum(scores, -1, true))));
			return tf.neg(tf.sum(tf.mul(targets, logarithms), -1));
		}

		case 'binaryCrossentropy': {
			if (fused === 'sigmoid') {
				return tf.mean(tf.sub(tf.softplus(scores), tf.mul(scores, targets)), -1);
			}

			const probabilities = clip(tf, scores);
			const rest = tf.sub(1, probabilities);
			return tf.neg(tf.mean(tf.add(tf.mul(targets, tf.log(probabilities)), tf.mul(tf.sub(1, targets), tf.log(rest))), -1));
		}

		case 'meanSquaredError': {
			return tf.mean(tf.square(tf.sub(scores, targets)), -1);
		}

		default: {
			return loss satisfies never;
		}
	}
};

/** 1 for every row that is classified correctly, [rows]; undefined where nothing is classified. */
export const rowHits = (tf: typeof Tf, {loss, fused}: Head, scores: Tf.Tensor, targets: Tf.Tensor): Tf.Tensor | undefined => {
	const outputs = scores.shape.at(-1)!;
	if (loss === 'meanSquaredError' || (loss === 'binaryCrossentropy' && outputs > 1)) {
		return undefined;
	}

	const agree = outputs === 1
		? tf.equal(tf.greater(scores, fused === 'sigmoid' ? 0 : 0.5), tf.greater(targets, 0.5)).reshape([-1])
		: tf.equal(tf.argMax(scores, -1), tf.argMax(targets, -1));
	return tf.cast(agree, 'float32');
};
