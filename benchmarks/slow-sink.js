import {setTimeout} from 'node:timers/promises';
import {z} from 'zod';
import {defineSink} from '../dist/src/index.js';

/** A sink that waits after every few examples: slower than any reader. */
export default defineSink({
	kind: 'records',
	options: z.strictObject({every: z.int().positive().default(200), milliseconds: z.number().default(1)}),
	async create({every, milliseconds}) {
		let examples = 0;
		return {
			write() {
				examples++;
				return examples % every === 0 ? setTimeout(milliseconds) : undefined;
			},
			async finish() {
				return {examples};
			},
		};
	},
});
