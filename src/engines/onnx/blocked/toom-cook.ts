/** A matrix as an array of its rows. */
export type Matrix = ReadonlyArray<readonly number[]>;

/** The matrices of a minimal filtering algorithm, F(outputs, taps): y = output · ((kernel · g) ⊙ (input · d)). */
export interface Filtering {
	/** Products. */
	readonly products: number;
	/** [products, products]: of the pixels d that the outputs see. */
	readonly input: Matrix;
	/** [products, taps]: of the taps g. */
	readonly kernel: Matrix;
	/** [outputs, products]. */
	readonly output: Matrix;
}

/** Where polynomials are evaluated, besides infinity: small and symmetric, for float32's sake. The second one takes all coefficients as they are. */
const points = [0, 1, -1, 0.5, -0.5, 2, -2];
/** Of `points`: there, a row of the matrices is all ones. */
export const pointOfOnes = 1;
/** With more of them the points grow, and with them the error. */
export const mostProducts = points.length + 1;

/** Coefficients, lowest power first, of the product of (x − root). */
const polynomial = (roots: readonly number[]): readonly number[] =>
	roots.reduce<readonly number[]>((coefficients, root) => [0, ...coefficients].map((shifted, power) => shifted - root * (coefficients[power] ?? 0)), [1]);

const powers = (base: number, count: number): readonly number[] => Array.from({length: count}, (_, power) => base ** power);

/**
 * The algorithm of Toom and Cook, transposed from products of polynomials to filters: a polynomial is known by its
 * values at as many points as it has coefficients, and interpolated by Lagrange's polynomials.
 *
 * Winograd, Arithmetic Complexity of Computations (1980); Lavin and Gray, Fast Algorithms for Convolutional Neural
 * Networks (2016), https://arxiv.org/abs/1509.09308.
 */
export const minimalFiltering = (outputs: number, taps: number): Filtering => {
	const products = outputs + taps - 1;
	const finite = points.slice(0, products - 1);
	const atInfinity = (count: number): readonly number[] => Array.from({length: count}, (_, power) => (power === count - 1 ? 1 : 0));
	const vandermonde = (count: number): Matrix => [...finite.map(point => powers(point, count)), atInfinity(count)];
	const lagrange = finite.map((point, index) => {
		const others = finite.filter((_, other) => other !== index);
		const scale = others.reduce((product, other) => product * (point - other), 1);
		return [...polynomial(others).map(coefficient => coefficient / scale), 0];
	});
	return {
		products,
		input: [...lagrange, polynomial(finite)],
		kernel: vandermonde(taps),
		output: transpose(vandermonde(outputs)),
	};
};

/** Rows become columns. */
export const transpose = (matrix: Matrix): Matrix => matrix[0]!.map((_, column) => matrix.map(row => row[column]!));
