/** Single-precision matrix multiplication by ONNX Runtime in GFLOP/s. The argument is JSON: threads and size. */
import process from 'node:process';
import ort from 'onnxruntime-node';
import {createGraph} from '../../dist/src/engines/onnx/graph-builder.js';

const {threads, size} = JSON.parse(process.argv[2]);
const shape = [size, size];
const graph = createGraph('sgemm');
graph.output('out', graph.node('MatMul', [graph.input('a', 'float32', shape), graph.input('b', 'float32', shape)]), 'float32', shape);
const session = await ort.InferenceSession.create(graph.encode(), {intraOpNumThreads: threads, interOpNumThreads: 1, logSeverityLevel: 4});
const matrix = factor => new ort.Tensor('float32', Float32Array.from({length: size * size}, (_, index) => Math.sin(index * factor)), shape);
const [a, b, out] = [matrix(0.1), matrix(0.2), matrix(0)];
const rates = [];
for (let round = 0; round < 18; round++) {
	const start = performance.now();
	await session.run({a, b}, {out});
	// The first ones warm up.
	if (round >= 3) {
		rates.push(2 * size ** 3 / (performance.now() - start) / 1e6);
	}
}

await session.release();
rates.sort((x, y) => x - y);
console.log(JSON.stringify({gflops: rates[rates.length >> 1]}));
