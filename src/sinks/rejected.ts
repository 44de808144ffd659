import fs from 'node:fs/promises';
import path from 'node:path';
import {z} from 'zod';
import {createError} from '../errors/threadloom-error.ts';
import type {RunEvent} from '../events/schema.ts';
import type {EventSinkDefinition} from './sink.ts';

/** Writes every record that is left out as one line of JSON to `rejected.ndjson`; without any there is no file. */
export const rejected: EventSinkDefinition<Record<string, never>> = {
	kind: 'events',
	options: z.strictObject({}),
	async create(_, {directory, past}) {
		const file = path.join(directory, 'rejected.ndjson');
		const attempt = async (write: () => Promise<void>): Promise<void> => {
			try {
				await write();
			} catch (error) {
				throw createError('WRITE_FAILED', {path: file, reason: error instanceof Error ? error.message : String(error)}, {cause: error});
			}
		};

		const append = async (event: RunEvent): Promise<void> => {
			if (event.type === 'sampleError') {
				const {v, t, seq, type, ...reject} = event;
				await attempt(async () => fs.appendFile(file, `${JSON.stringify(reject)}\n`));
			}
		};

		if (past.length > 0) {
			// What was told after the checkpoint is told again.
			await attempt(async () => fs.rm(file, {force: true}));
			for (const event of past) {
				await append(event);
			}
		}

		return {
			event: append,
			async close() {
				// Every line is written as it comes.
			},
		};
	},
};
