import type {GraphBuilder} from '../graph-builder.ts';

/** Takes every normal float32 beyond the bounds at which HardSigmoid clips. */
const steep = {float: 1e38};

// Comparisons, Sign and Where take the runtime several times as long as a steep HardSigmoid, clip(alpha · x + beta, 0, 1).

/** 1 where x is positive, else 0; x is not negative. */
export const isPositive = ({node}: GraphBuilder, x: string): string => node('HardSigmoid', [x], {alpha: steep, beta: {float: 0}});

/** 1 where a ≥ b, else 0. */
export const isAtLeast = ({node}: GraphBuilder, a: string, b: string): string =>
	node('HardSigmoid', [node('Sub', [a, b])], {alpha: steep, beta: {float: 1}});
