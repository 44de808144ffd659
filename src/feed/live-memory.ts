import v8 from 'node:v8';
import vm from 'node:vm';

/** What the calling thread's own heap takes, its array buffers included, in bytes; shared memory is not in it. */
export interface ThreadMemory {
	/** With what nobody needs any more. */
	readonly taken: () => number;
	/** What is really kept: collects garbage first, which stops the thread for as long as its heap is large. */
	readonly kept: () => number;
}

const mostCollections = 8;
const settled = 1024;

const taken = (): number => {
	const {used_heap_size: heap, external_memory: external} = v8.getHeapStatistics();
	return heap + external;
};

/** Makes the measure of the calling thread. */
export const createThreadMemory = (): ThreadMemory => {
	let collect: (() => void) | undefined;
	return {
		taken,
		kept() {
			if (collect === undefined) {
				// The flag counts for contexts that are made while it is set: nobody else gets the function.
				v8.setFlagsFromString('--expose-gc');
				collect = vm.runInNewContext('gc') as () => void;
				v8.setFlagsFromString('--no-expose-gc');
			}

			// What one collection finds is given back during the next one, and what is being compiled holds on to what it knows.
			let least = Number.POSITIVE_INFINITY;
			for (let round = 0; round < mostCollections; round++) {
				collect();
				const bytes = taken();
				if (bytes > least - settled) {
					break;
				}

				least = bytes;
			}

			return taken();
		},
	};
};
