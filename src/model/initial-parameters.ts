import {fillUniform} from '../kernels/random-uniform.ts';
import {createRandom, derive, keyOf, type Key, type Random} from '../random/generator.ts';
import {allocate, type FloatArray} from '../tensor/dtypes.ts';
import {sizeOf, type Shape} from '../tensor/shape.ts';
import type {Model} from './model.ts';
import type {Initializer} from './schema.ts';

/** Deviation of a normal distribution cut off at two deviations, relative to the uncut one. */
const truncatedDeviation = 0.879_625_661_034_239_78;

/** Inputs and outputs of one unit: a kernel's last two axes, times the window before them. */
const fans = (shape: Shape): {readonly fanIn: number; readonly fanOut: number} => {
	if (shape.length < 2) {
		const size = shape[0] ?? 1;
		return {fanIn: size, fanOut: size};
	}

	const window = sizeOf(shape.slice(0, -2));
	return {fanIn: shape.at(-2)! * window, fanOut: shape.at(-1)! * window};
};

/** Fills a tensor. */
type Fill = (out: FloatArray) => void;

/** Each element is drawn for its place. */
const each = (draw: (index: number) => number): Fill => out => {
	for (let index = 0; index < out.length; index++) {
		out[index] = draw(index);
	}
};

/**
 * How a tensor is filled.
 *
 * Sources: X. Glorot and Y. Bengio, AISTATS 2010 (glorot); K. He et al., ICCV 2015 (he); Y. LeCun et al., 1998
 * (lecun). The normal ones are cut off at two deviations and widened to the variance aimed at, as in Keras.
 */
const fillOf = (initializer: Initializer, shape: Shape, key: Key): Fill => {
	const {fanIn, fanOut} = fans(shape);
	const random = createRandom(key);
	const attempts: Random[] = [];
	const cutNormal = (deviation: number) => (index: number): number => {
		for (let attempt = 0; ; attempt++) {
			attempts[attempt] ??= random.fork(attempt);
			const value = attempts[attempt]!.normal(index);
			if (Math.abs(value) <= 2) {
				return value * deviation;
			}
		}
	};

	const scaledUniform = (variance: number): Fill => out => {
		fillUniform(key, Math.sqrt(3 * variance), out);
	};

	const scaledNormal = (variance: number): Fill => each(cutNormal(Math.sqrt(variance) / truncatedDeviation));
	switch (initializer.name) {
		case 'zeros': {
			return out => out.fill(0);
		}

		case 'ones': {
			return out => out.fill(1);
		}

		case 'constant': {
			return out => out.fill(initializer.options.value);
		}

		case 'glorotUniform': {
			return scaledUniform(2 / (fanIn + fanOut));
		}

		case 'glorotNormal': {
			return scaledNormal(2 / (fanIn + fanOut));
		}

		case 'heUniform': {
			return scaledUniform(2 / fanIn);
		}

		case 'heNormal': {
			return scaledNormal(2 / fanIn);
		}

		case 'lecunUniform': {
			return scaledUniform(1 / fanIn);
		}

		case 'lecunNormal': {
			return scaledNormal(1 / fanIn);
		}

		case 'randomNormal': {
			const {mean, stddev} = initializer.options;
			return each(index => mean + random.normal(index) * stddev);
		}

		case 'truncatedNormal': {
			const {mean, stddev} = initializer.options;
			const draw = cutNormal(stddev);
			return each(index => mean + draw(index));
		}

		case 'randomUniform': {
			const {minval, maxval} = initializer.options;
			return each(index => minval + random.bits(index) / 0x1_00_00_00_00 * (maxval - minval));
		}

		default: {
			return initializer satisfies never;
		}
	}
};

/**
 * Draws the initial canonical parameters of a model.
 *
 * Every element is a pure function of seed, entry name and position: a layer's values do not depend on the others'.
 */
export const initialParameters = (model: Model, {seed, precision}: {
	readonly seed: number;
	readonly precision: 'float32' | 'float64';
}): FloatArray => {
	const parameters = allocate(precision, model.parameterCount) as FloatArray;
	for (const {name, shape, offset} of model.layout) {
		const {initializer} = model.initializers.find(({entry}) => entry === name)!;
		const key = derive(keyOf(seed), 'initial', name);
		fillOf(initializer, shape, key)(parameters.subarray(offset, offset + sizeOf(shape)));
	}

	return parameters;
};
