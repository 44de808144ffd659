import {createRandom, type Key} from '../random/generator.ts';
import type {FloatArray} from '../tensor/dtypes.ts';
import {openKernels} from './compiled.ts';
import {allocateArena} from './memory.ts';

/** Elements that the kernel makes at a time: they stay in the first-level cache. */
const ahead = 4096;

/**
 * Fills a vector with numbers from [−limit, limit): element i is (2 · bits / 2³² − 1) · limit, of the bits that the
 * generator of the key has for the counter i. With the kernel, which makes float32, the bits are the same.
 */
export const fillUniform = (key: Key, limit: number, out: FloatArray, {isCompiled = true}: {
	/** Whether the kernel makes them, where there is one. @default true */
	readonly isCompiled?: boolean;
} = {}): void => {
	const {memory, buffers: {made}} = allocateArena([{name: 'made', bytes: ahead * 4}], {shared: false});
	const kernel = isCompiled && out instanceof Float32Array ? openKernels(memory)?.['randomUniform'] : undefined;
	if (kernel === undefined) {
		const random = createRandom(key);
		for (let index = 0; index < out.length; index++) {
			out[index] = ((2 * (random.bits(index) / 0x1_00_00_00_00)) - 1) * limit;
		}

		return;
	}

	const window = new Float32Array(made!.buffer, made!.byteOffset, ahead);
	for (let first = 0; first < out.length; first += ahead) {
		kernel(key.k0, key.k1, first, ahead, limit, window.byteOffset);
		out.set(window.subarray(0, out.length - first), first);
	}
};
