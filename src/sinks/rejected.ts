import fs from 'node:fs/promises';
import path from 'node:path';
import * as z from 'zod';
import {writeDurably} from '../checkpoints/durable-write.ts';
import {writeFailed} from '../errors/write-failed.ts';
import type {RunEvent} from '../events/schema.ts';
import type {EventSinkDefinition} from './sink.ts';

/** The line of an event; nothing for what is not about a record that is left out. */
const lineOf = (event: RunEvent): string => {
	if (event.type !== 'sampleError') {
		return '';
	}

	const {v, t, seq, type, ...reject} = event;
	return `${JSON.stringify(reject)}\n`;
};

/** @throws WRITE_FAILED */
const inFile = async (file: string, work: () => Promise<void>): Promise<void> => {
	try {
		await work();
	} catch (error) {
		throw writeFailed(file, error);
	}
};

/** Writes every record that is left out as one line of JSON to `rejected.ndjson`; without any there is no file. */
export const rejected: EventSinkDefinition<Record<string, never>> = {
	kind: 'events',
	options: z.strictObject({}),
	async create(_, {directory, past}) {
		const file = path.join(directory, 'rejected.ndjson');
		if (past.length > 0) {
			// What was told after the checkpoint is told again; until the file is written anew, the earlier one stays.
			const lines = past.map(event => lineOf(event)).join('');
			await (lines === '' ? inFile(file, async () => fs.rm(file, {force: true})) : writeDurably(file, [Buffer.from(lines)]));
		}

		return {
			async event(event) {
				const line = lineOf(event);
				if (line !== '') {
					await inFile(file, async () => fs.appendFile(file, line));
				}
			},
			async close() {
				// Every line is written as it comes.
			},
		};
	},
};
