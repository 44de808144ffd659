import {setImmediate} from 'node:timers/promises';
import type {Example} from '../../src/tensor/example.ts';

/** Lets everything that is pending happen. */
export const drain = async (turns = 20): Promise<void> => {
	for (let turn = 0; turn < turns; turn++) {
		await setImmediate();
	}
};

/** An example of 6 + 4 bytes. */
export const exampleOf = (index: number): Example => ({
	index, source: 'test', features: new Uint8Array(6).fill(index), label: index,
});
