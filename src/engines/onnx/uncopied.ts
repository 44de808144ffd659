import {createGraph} from './graph-builder.ts';
import type {Runtime} from './runtime.ts';

/**
 * Whether the runtime leaves its outputs where they were asked for when the binding gives up before copying them.
 *
 * The binding copies every output, even one that was written into memory of ours. A graph whose first output is a
 * sequence makes it stop before: it cannot hand sequences over. That is a fault of the binding that a new version may
 * mend, so nothing relies on it that was not tried on the machine at hand.
 */
export const leavesOutputs = async (runtime: Runtime): Promise<boolean> => {
	const size = 64;
	const graph = createGraph('self-test', {endsInSequence: true});
	const x = graph.input('x', 'float32', [size]);
	graph.output('y', graph.node('Mul', [x, graph.scalar(2)]), 'float32', [size]);
	try {
		const session = await runtime.open(graph.encode(), {isUncopied: true});
		try {
			const [given, result] = [Float32Array.from({length: size}, (_, index) => index + 1), new Float32Array(size)];
			await session.run({x: runtime.tensor('float32', given, [size])}, {y: runtime.tensor('float32', result, [size])});
			return result.every((value, index) => value === 2 * given[index]!);
		} finally {
			await session.release();
		}
	} catch {
		return false; // This version has another way to refuse sequences, or none.
	}
};
