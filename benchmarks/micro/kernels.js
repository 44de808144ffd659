import {openKernels} from '../../dist/src/kernels/compiled.js';
import {dropoutMask} from '../../dist/src/kernels/dropout-mask.js';
import {allocateArena} from '../../dist/src/kernels/memory.js';
import {reduceShards} from '../../dist/src/kernels/reduce.js';
import {optimizerSchema, resolveOptimizer} from '../../dist/src/optimizers/schema.js';
import {createOptimizer} from '../../dist/src/optimizers/registry.js';
import {updateBlock} from '../../dist/src/optimizers/update-block.js';
import {createRandom, keyOf} from '../../dist/src/random/generator.js';

/** A block that lies in the second-level cache: warm. */
const length = 16_384;
const shards = 2;

const filled = (array, seed) => {
	const random = createRandom(keyOf(seed));
	for (let index = 0; index < array.length; index++) {
		array[index] = random.normal(index) / 100;
	}

	return array;
};

/** Vectors in one memory, as in a run. */
const vectors = wanted => {
	const {memory, buffers} = allocateArena(Object.entries(wanted).map(([name, elements]) => ({name, bytes: elements * 4})), {shared: true});
	const entries = Object.entries(wanted).map(([name, elements]) => [name, new Float32Array(buffers[name].buffer, buffers[name].byteOffset, elements)]);
	return {kernels: openKernels(memory), ...Object.fromEntries(entries)};
};

const withTwin = (name, elements, element, run, kernels) => [
	{name: `${name}, compiled`, elements, element, run: () => run(kernels)},
	{name: `${name}, plain`, elements, element, run: () => run(undefined)},
];

const reduceTask = () => {
	const {kernels, gradients, out} = vectors({gradients: shards * length, out: length});
	filled(gradients, 1);
	const reduction = {shards: gradients, count: shards, length, from: 0, to: length, out};
	return withTwin(`reduce with norm, ${shards} shards`, length, 'parameter', given => reduceShards(reduction, given), kernels);
};

const updateTask = config => {
	const {optimizer: resolved} = resolveOptimizer(optimizerSchema.parse(config));
	const optimizer = createOptimizer(resolved);
	const {kernels, parameters, gradients, ...slots} = vectors({parameters: length, gradients: length, ...Object.fromEntries(optimizer.slots.map(slot => [slot, length]))});
	filled(parameters, 1);
	filled(gradients, 2);
	for (const [slot, vector] of Object.entries(slots)) {
		vector.fill(optimizer.initialValue(slot));
	}

	const block = {parameters, gradients, slots: Object.values(slots), scale: 0.5, scalars: optimizer.scalars({step: 10, learningRate: 1e-4})};
	const [name] = Object.keys(config);
	const suffix = Object.keys(config[name]).length === 0 ? '' : ` with ${Object.keys(config[name]).join(', ')}`;
	return withTwin(`update, ${name}${suffix}`, length, 'parameter', given => updateBlock(optimizer, block, given), kernels);
};

const maskTask = () => {
	const [rows, size] = [64, 1024];
	const {kernels, out} = vectors({out: rows * size});
	const request = {key: keyOf(1), step: 3, layer: 2, firstRow: 0, rows, size, rate: 0.5, out};
	return withTwin('dropout mask', rows * size, 'element', given => dropoutMask(request, given), kernels);
};

export const kernelTasks = () => [
	...reduceTask(),
	...[{sgd: {}}, {sgd: {momentum: 0.9}}, {sgd: {momentum: 0.9, nesterov: true}}, {rmsprop: {}}, {adagrad: {}}, {adam: {}}, {adamw: {}}].flatMap(config => updateTask(config)),
	...maskTask(),
];
