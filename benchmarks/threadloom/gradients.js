/**
 * Compares the gradients of the blocked and the plain family on pipelines/other-cnn.yaml: after one step of SGD with
 * momentum and a learning rate of 1, the momentum is the negative gradient. Prints the largest difference, relative to
 * the largest gradient of its tensor.
 */
import process from 'node:process';
import {fileURLToPath} from 'node:url';
import {readState} from '../../dist/src/pool/state.js';
import {openSteps} from './session.js';

const {workers} = JSON.parse(process.argv[2]);
const definition = fileURLToPath(new URL('../pipelines/other-cnn.yaml', import.meta.url));

const gradientsBy = async lowering => {
	const session = await openSteps({definition, sets: [`training.lowering=${lowering}`, 'training.optimizer.sgd.learningRate=1'], workers});
	await session.train(1);
	const {parameters: _, ...slots} = await readState(session.pool, session.engine);
	await session.close();
	const [gradient] = Object.values(slots);
	return {gradient, layout: session.pool.plan.layout, family: session.pool.plan.lowering.family};
};

const [plain, blocked] = [await gradientsBy('plain'), await gradientsBy('auto')];
const differences = plain.layout.map(({shape, offset}) => {
	const end = offset + shape.reduce((product, length) => product * length, 1);
	let largest = 0;
	let difference = 0;
	for (let index = offset; index < end; index++) {
		largest = Math.max(largest, Math.abs(plain.gradient[index]));
		difference = Math.max(difference, Math.abs(plain.gradient[index] - blocked.gradient[index]));
	}

	return largest === 0 ? difference : difference / largest;
});
console.log(JSON.stringify({difference: Math.max(...differences), families: [plain.family, blocked.family]}));
