import type {Kernels} from '../kernels/compiled.ts';
import type {Optimizer, UpdateBlock} from './optimizer.ts';

/** Updates a block by the compiled kernel where its arrays lie in the memory of one, else by its twin: the same bits. */
export const updateBlock = (optimizer: Optimizer, block: UpdateBlock, kernels: Kernels | undefined): void => {
	const {parameters, gradients, slots, scale, scalars} = block;
	const kernel = kernels?.[optimizer.kernel];
	if (kernel === undefined || !(parameters instanceof Float32Array)) {
		optimizer.update(block);
		return;
	}

	kernel(parameters.length, parameters.byteOffset, gradients.byteOffset, ...slots.map(({byteOffset}) => byteOffset), scale, ...scalars);
};
