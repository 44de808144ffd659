import type {Random} from './generator.ts';

/**
 * Draws from Gamma(shape, 1).
 *
 * Source: G. Marsaglia and W. W. Tsang, "A simple method for generating gamma variables", 2000; its section 6 for shapes
 * below 1, here as a logarithm, which does not underflow.
 */
const logGammaOf = (random: Random, shape: number): number => {
	const boost = shape < 1 ? Math.log(random.uniform(0) + 2 ** -33) / shape : 0;
	const d = (shape < 1 ? shape + 1 : shape) - (1 / 3);
	const c = 1 / Math.sqrt(9 * d);
	for (let attempt = 1; ; attempt++) {
		const x = random.normal(2 * attempt);
		const v = (1 + (c * x)) ** 3;
		if (v > 0 && Math.log(random.uniform((2 * attempt) + 1) + 2 ** -33) < (0.5 * x * x) + d - (d * v) + (d * Math.log(v))) {
			return Math.log(d * v) + boost;
		}
	}
};

/** Draws from Beta(alpha, alpha), a function of the generator's key alone. */
export const betaOf = (random: Random, alpha: number): number => {
	const a = logGammaOf(random.fork('a'), alpha);
	const b = logGammaOf(random.fork('b'), alpha);
	return 1 / (1 + Math.exp(b - a));
};
