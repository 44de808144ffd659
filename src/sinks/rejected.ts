import fs from 'node:fs/promises';
import path from 'node:path';
import {z} from 'zod';
import {createError} from '../errors/threadloom-error.ts';
import type {EventSinkDefinition} from './sink.ts';

/** Writes every record that is left out as one line of JSON to `rejected.ndjson`; without any there is no file. */
export const rejected: EventSinkDefinition<Record<string, never>> = {
	kind: 'events',
	options: z.strictObject({}),
	async create(_, {directory}) {
		const file = path.join(directory, 'rejected.ndjson');
		return {
			async event(event) {
				if (event.type !== 'sampleError') {
					return;
				}

				const {v, t, seq, type, ...reject} = event;
				try {
					await fs.appendFile(file, `${JSON.stringify(reject)}\n`);
				} catch (error) {
					throw createError('WRITE_FAILED', {path: file, reason: error instanceof Error ? error.message : String(error)}, {cause: error});
				}
			},
			async close() {
				// Every line is written as it comes.
			},
		};
	},
};
