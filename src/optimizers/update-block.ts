import type {Kernels} from '../kernels/compiled.ts';
import type {FloatArray} from '../tensor/dtypes.ts';
import type {Optimizer, UpdateBlock} from './optimizer.ts';

/** Elements that a kernel updates at a time. */
const run = 4;

/** Updates a block by the compiled kernel where its arrays lie in the memory of one, else by its twin: the same bits. */
export const updateBlock = (optimizer: Optimizer, block: UpdateBlock, kernels: Kernels | undefined): void => {
	const {parameters, gradients, slots, scale, scalars} = block;
	const kernel = kernels?.[optimizer.kernel];
	if (kernel === undefined || !(parameters instanceof Float32Array)) {
		optimizer.update(block);
		return;
	}

	// The kernel takes whole runs: what lies behind the block may be another worker's.
	const whole = parameters.length - (parameters.length % run);
	kernel(whole, parameters.byteOffset, gradients.byteOffset, ...slots.map(({byteOffset}) => byteOffset), scale, ...scalars);
	if (whole < parameters.length) {
		const rest = (array: FloatArray): FloatArray => array.subarray(whole);
		optimizer.update({parameters: rest(parameters), gradients: rest(gradients), slots: slots.map(slot => rest(slot)), scale, scalars});
	}
};
