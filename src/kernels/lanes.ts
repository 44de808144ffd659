/** Four sums, element i of a vector in sum i mod 4, as compiled kernels have them. */
export type Lanes = [number, number, number, number];

/** All four sums, in the order of the compiled kernels. */
export const foldLanes = ([first, second, third, fourth]: Readonly<Lanes>): number => (first + third) + (second + fourth);
