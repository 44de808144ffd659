import {pythonSgemm} from '../lib/peers.js';
import {measure} from '../lib/threadloom.js';

/** Large enough to be bound by arithmetic, small enough to be quick. */
const size = 1024;

/** How fast this machine multiplies matrices, by the libraries that the contenders stand on. */
export const sgemm = {
	id: 'sgemm',
	title: 'Matrix multiplication',
	async run({peers, pairs, workers, log}) {
		const python = peers.find(({name}) => name === 'pytorch');
		const hasPython = python.version !== undefined;
		const rounds = [];
		for (let round = 0; round < pairs; round++) {
			const one = {};
			for (const threads of new Set([1, workers])) {
				const {gflops} = await measure('sgemm', {threads, size});
				one[`ONNX Runtime, ${threads}`] = gflops;
				if (hasPython) {
					one[`PyTorch, ${threads}`] = await pythonSgemm(python.python, 'torch', threads, size);
					one[`NumPy, ${threads}`] = await pythonSgemm(python.python, 'numpy', threads, size);
				}
			}

			log(`  ${round + 1}/${pairs}  ${Object.entries(one).map(([name, gflops]) => `${name}: ${gflops.toFixed(0)}`).join('  ')}`);
			rounds.push(one);
		}

		return {size, missing: hasPython ? [] : ['pytorch', 'numpy'], rounds};
	},
};
