import test from 'ava';
import onnxProto from 'onnx-proto';
import {createGraph, type GraphBuilder} from '../../../src/engines/onnx/graph-builder.ts';
import {loadRuntime} from '../../../src/engines/onnx/runtime.ts';

const runtime = await loadRuntime();

const operatorsOf = (graph: GraphBuilder): readonly string[] => onnxProto.onnx.ModelProto.decode(graph.encode()).graph!.node!.map(({opType}) => opType!);

/** Runs a graph of one input x, 1 to 6. */
const run = async (graph: GraphBuilder, outputs: Readonly<Record<string, readonly number[]>>): Promise<Readonly<Record<string, readonly number[]>>> => {
	const session = await runtime.open(graph.encode());
	try {
		const results = Object.entries(outputs).map(([name, shape]) => ({name, shape, data: new Float32Array(6)}));
		await session.run(
			{x: runtime.tensor('float32', Float32Array.of(1, 2, 3, 4, 5, 6), [2, 3])},
			Object.fromEntries(results.map(({name, shape, data}) => [name, runtime.tensor('float32', data, shape)])),
		);
		return Object.fromEntries(results.map(({name, data}) => [name, [...data]]));
	} finally {
		await session.release();
	}
};

test('a view of a view is one of the same value, and equal ones are one', async t => {
	const graph = createGraph('views');
	const x = graph.input('x', 'float32', [2, 3]);
	const row = graph.view(graph.view(x, [3, 2]), [6, 1]);
	t.is(graph.view(x, [6, 1]), row);
	graph.output('y', graph.node('Transpose', [row], {perm: [1, 0]}), 'float32', [1, 6]);
	t.deepEqual(operatorsOf(graph), ['Reshape', 'Transpose']);
	t.deepEqual(await run(graph, {y: [1, 6]}), {y: [1, 2, 3, 4, 5, 6]});
});

test('what no output needs is left out, with its constants', t => {
	const graph = createGraph('unneeded');
	const x = graph.input('x', 'float32', [2, 3]);
	graph.node('Mul', [graph.node('Neg', [x]), graph.scalar(7)]);
	graph.output('y', graph.node('Add', [x, graph.scalar(1)]), 'float32', [2, 3]);
	t.deepEqual(operatorsOf(graph), ['Add']);
	t.is(onnxProto.onnx.ModelProto.decode(graph.encode()).graph!.initializer!.length, 1);
});

test('a value can be several outputs, be read after that, and be an input as it is', async t => {
	const graph = createGraph('outputs');
	const x = graph.input('x', 'float32', [2, 3]);
	const negative = graph.node('Neg', [x]);
	const shape = [2, 3];
	graph.output('y', negative, 'float32', shape);
	graph.output('again', negative, 'float32', shape);
	graph.output('same', x, 'float32', shape);
	graph.output('back', graph.node('Neg', [negative]), 'float32', shape);
	t.deepEqual(await run(graph, {y: shape, again: shape, same: shape, back: shape}), {
		y: [-1, -2, -3, -4, -5, -6], again: [-1, -2, -3, -4, -5, -6], same: [1, 2, 3, 4, 5, 6], back: [1, 2, 3, 4, 5, 6],
	});
});

test('equal nodes are one, and those of other operators, attributes or parts are not', t => {
	const graph = createGraph('equal');
	const x = graph.input('x', 'float32', [2, 4]);
	t.is(graph.node('Transpose', [x], {perm: [1, 0]}), graph.node('Transpose', [x], {perm: [1, 0]}));
	t.not(graph.node('Transpose', [x], {perm: [1, 0]}), graph.node('Transpose', [x], {perm: [0, 1]}));
	t.not(graph.node('Conv', [x, x]), graph.blocked('Conv', [x, x]));
	t.deepEqual(graph.split(x, 2, 1), graph.split(x, 2, 1));
	t.is(new Set([...graph.split(x, 2, 1), ...graph.split(x, 4, 1)]).size, 6);
});
