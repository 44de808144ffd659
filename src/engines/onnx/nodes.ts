import type {Shape} from '../../tensor/shape.ts';
import type {LoweringContext} from './value.ts';

/** A list as a constant. */
export const integers = ({graph}: LoweringContext, values: readonly number[]): string => graph.constant(values, 'int64', [values.length]);

/** Reinterprets a value of the graph as it lies. */
export const view = ({graph}: LoweringContext, name: string, dims: readonly number[]): string => graph.view(name, dims);

/** Permutes the axes of a value, of which the runtime is spared those of length 1. */
export const permute = (context: LoweringContext, name: string, dims: readonly number[], order: readonly number[]): string => {
	const kept = [...dims.keys()].filter(axis => dims[axis] !== 1);
	const perm = order.filter(axis => dims[axis] !== 1).map(axis => kept.indexOf(axis));
	return perm.every((axis, index) => axis === index)
		? name
		: context.graph.node('Transpose', [view(context, name, kept.map(axis => dims[axis]!))], {perm});
};

/** Exchanges the first and the last of three axes, in two steps: each is a transposition of matrices, which the runtime has a quick way for. */
export const swapEnds = (context: LoweringContext, name: string, [first, middle, last]: readonly [number, number, number]): string =>
	permute(context, permute(context, name, [first * middle, last], [1, 0]), [last, first, middle], [0, 2, 1]);

/** Adds zeros before and after each axis, or takes away where the number is negative. */
export const pad = (context: LoweringContext, name: string, before: readonly number[], after: readonly number[]): string =>
	([...before, ...after].every(count => count === 0) ? name : context.graph.node('Pad', [name, integers(context, [...before, ...after])]));

/** Reinterprets rows of a flat value. */
export const reshape = (context: LoweringContext, name: string, shape: Shape): string => view(context, name, [context.rows, ...shape]);
