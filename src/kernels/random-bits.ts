import {createRandom, type Key} from '../random/generator.ts';
import {openKernels} from './compiled.ts';
import {allocateArena} from './memory.ts';

/** Counters whose bits are made at a time: they stay in the first-level cache. */
const ahead = 4096;

/** The bits of a generator as its `bits` gives them, many made at a time: for counters in their order. */
export const bitsInOrder = (key: Key, {isCompiled = true}: {
	/** Whether the kernel makes them, where there is one. @default true */
	readonly isCompiled?: boolean;
} = {}): ((counter: number) => number) => {
	const {memory, buffers: {bits}} = allocateArena([{name: 'bits', bytes: ahead * 4}], {shared: false});
	const kernel = isCompiled ? openKernels(memory)?.['randomBits'] : undefined;
	const window = new Uint32Array(bits!.buffer, bits!.byteOffset, ahead);
	const random = createRandom(key);
	let first = Number.NaN;
	return counter => {
		const start = counter - counter % ahead;
		if (start !== first) {
			first = start;
			// Beyond 2^32 a counter has a second word, which the kernel leaves at 0.
			if (kernel !== undefined && start < 0x1_00_00_00_00) {
				kernel(key.k0, key.k1, start, ahead, window.byteOffset);
			} else {
				for (let index = 0; index < ahead; index++) {
					window[index] = random.bits(start + index);
				}
			}
		}

		return window[counter - start]!;
	};
};
